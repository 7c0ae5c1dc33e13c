// Small behaviours of the portal's pages: questions before what cannot be undone, selects that submit, ticking a page.
"use strict";
document.addEventListener("submit", (event) => {
  const words = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (words && !window.confirm(words)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  const element = event.target;
  if (element.matches("select[data-submits]")) element.form.requestSubmit();
  if (element.matches("[data-ticks]")) {
    document.querySelectorAll(`input[type=checkbox][name="${element.dataset.ticks}"]`).forEach((box) => { box.checked = element.checked; });
  }
});
// Writing into the field of a choice chooses it.
document.addEventListener("input", (event) => {
  const radio = event.target.matches("[data-with-radio]") && event.target.parentElement.querySelector("input[type=radio]");
  if (radio) radio.checked = true;
});
// The theme's menus open by a click on plain text: let the keyboard reach them too.
document.addEventListener("DOMContentLoaded", () => {
  const words = { dock_to_right: "Menu", close: "Close", unfold_more: "Account" };
  document.querySelectorAll("span, div, a:not([href])").forEach((element) => {
    if (!element.hasAttribute("x-on:click") || element.querySelector("a[href], button, input")) return;
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    const icon = element.matches(".material-symbols-outlined") ? element.textContent.trim() : "";
    if (words[icon]) element.setAttribute("aria-label", words[icon]);
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); element.click(); }
    });
  });
});
// The theme hides the page until its script runs, so that the browser's own autofocus comes too early.
window.addEventListener("load", () => requestAnimationFrame(() => {
  if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
}));
