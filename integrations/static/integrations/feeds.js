// Configure data sync: ticking a value that occurs writes its line, and the other way round; a changed filter has no preview.
"use strict";
(() => {
  const linesOf = (area) => area.value.split("\n").map((line) => line.trim()).filter(Boolean);
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!box.matches("input[data-value]")) return;
    const area = document.getElementById(box.dataset.for);
    const lines = linesOf(area).filter((line) => line !== box.dataset.value);
    area.value = (box.checked ? [...lines, box.dataset.value] : lines).join("\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("input", (event) => {
    const field = event.target, feed = field.closest(".po-feed-filter")?.closest(".po-feed");
    if (!feed || field.matches("input[data-value]")) return;
    feed.querySelector("[data-words]").textContent = "Changed, not saved yet";
    feed.querySelector("[data-preview]").hidden = true;
    if (!field.matches("textarea[data-lines]")) return;
    const lines = linesOf(field);
    feed.querySelectorAll(`input[data-for="${field.id}"]`).forEach((box) => { box.checked = lines.includes(box.dataset.value); });
  });
})();
