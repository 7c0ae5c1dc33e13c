// Forms with declared fields: a field is shown while the others that it depends on have the right values.
"use strict";
(() => {
  const rowOf = (field) => !field.matches("input, select, textarea") ? field : field.closest(".field-row") || field.closest(".form-row") || field.parentElement;
  const dependent = [...document.querySelectorAll("[data-shown-when]")].map((field) => [rowOf(field), JSON.parse(field.dataset.shownWhen)]);
  const show = () => dependent.forEach(([row, when]) => {
    const fits = Object.entries(when).every(([id, values]) => values.includes(document.getElementById(id)?.value ?? ""));
    row.toggleAttribute("data-off", !fits);
  });
  document.addEventListener("change", show);
  show();

  document.querySelectorAll("select[data-fills]").forEach((select) => {
    const field = document.getElementById(select.dataset.fills);
    select.addEventListener("change", () => {
      if (select.value === "other") { field.focus(); return; }
      field.value = select.value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    field.addEventListener("input", () => {
      select.value = [...select.options].some((option) => option.value === field.value) ? field.value : "other";
    });
  });
})();
