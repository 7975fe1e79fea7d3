// Without this script the pages do all the same. It presses a button once.
"use strict";

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => {
    // Once the form is on its way; a button that is off sends nothing.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
  });
}

// Who comes back by the history finds the button as it was, and the server says what became of it.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("button").forEach((button) => { button.disabled = false; });
});
