// A form whose button is dead until every box is ticked. Without this script the service refuses instead.
"use strict";

for (const form of document.querySelectorAll("form[data-attest]")) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const button = form.querySelector("button[type=submit]");
  const look = () => { button.disabled = !boxes.every((box) => box.checked); };
  boxes.forEach((box) => box.addEventListener("change", look));
  look();
}
