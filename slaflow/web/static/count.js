// Without this script the form does all the same. It says how much is still to be written, as it is written;
// also in a form that came onto the page later.
"use strict";

const count = (field) => {
  const left = field.parentElement.querySelector("[data-count]");
  if (!left) return;
  const missing = Number(field.getAttribute("minlength")) - [...field.value.trim()].length;
  left.textContent = missing > 0 ? left.dataset.count.replace("{n}", missing) : left.dataset.enough;
};
const COUNTED = "textarea[minlength], input[minlength]";
for (const kind of ["input", "focusin"]) {
  addEventListener(kind, (event) => { if (event.target.matches?.(COUNTED)) count(event.target); });
}
document.querySelectorAll(COUNTED).forEach(count);
