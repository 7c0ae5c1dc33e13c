// A text field that searches the target's list while one types. Arrow keys, Enter and Escape work.
"use strict";
(() => {
  const setUp = (box) => {
    const [text, id, kind] = ["text", "id", "kind"].map((name) => box.querySelector(`[name=target_${name}], [data-part=${name}]`));
    const list = box.querySelector("[role=listbox]");
    const address = box.closest("[data-candidates]").dataset.candidates;
    const wait = Number(box.dataset.wait || 150), least = Number(box.dataset.least || 0);  // a list that another application is asked for
    let found = [], words = "", at = -1, timer = 0, asked = 0;

    const close = () => { list.hidden = true; at = -1; text.setAttribute("aria-expanded", "false"); text.removeAttribute("aria-activedescendant"); };
    const mark = (next) => {
      at = next;
      [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
      if (list.children[at]) { list.children[at].scrollIntoView({ block: "nearest" }); text.setAttribute("aria-activedescendant", list.children[at].id); }
    };
    const choose = (one) => { text.value = text.title = one.label; id.value = one.id; if (kind) kind.value = one.kind; close(); };
    const draw = () => {
      list.replaceChildren(...found.map((one, n) => {
        const row = document.createElement("span");
        row.id = `${list.id}-${n}`;
        row.setAttribute("role", "option");
        row.textContent = one.label;
        if (one.hint) { const hint = document.createElement("small"); hint.textContent = one.hint; row.append(hint); }
        row.addEventListener("mousedown", (event) => { event.preventDefault(); choose(one); });
        return row;
      }));
      if (!found.length) { const row = document.createElement("span"); row.textContent = words || "Nothing fits"; list.append(row); }
      list.hidden = false;
      text.setAttribute("aria-expanded", "true");
      mark(-1);
    };
    const search = async (query) => {
      const turn = ++asked;
      if (query.trim().length < least) { close(); return; }
      const answer = await fetch(`${address}&q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
      if (turn !== asked || !answer.ok) return;
      ({ results: found, message: words = "" } = await answer.json());
      if (document.activeElement === text) draw();
    };
    text.addEventListener("input", () => {
      id.value = ""; if (kind) kind.value = "";
      found = []; asked += 1; close();  // the old list no longer fits what is typed
      clearTimeout(timer);
      timer = setTimeout(() => search(text.value), wait);
    });
    text.addEventListener("focus", () => { text.select(); search(id.value ? "" : text.value); });
    text.addEventListener("blur", close);
    text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { close(); return; }
      if (list.hidden) { if (event.key === "ArrowDown") { event.preventDefault(); search(text.value); } return; }
      if (event.key === "ArrowDown") { event.preventDefault(); mark(Math.min(at + 1, found.length - 1)); }
      if (event.key === "ArrowUp") { event.preventDefault(); mark(Math.max(at - 1, 0)); }
      if (event.key === "Enter" && found[Math.max(at, 0)] && !id.value) { event.preventDefault(); choose(found[Math.max(at, 0)]); }
      else if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(found[at]); }
    });
  };
  document.querySelectorAll("[data-typeahead]").forEach(setUp);
})();
