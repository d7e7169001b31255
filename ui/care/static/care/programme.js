// Shows a note as the patient will see it while it is written, and how many characters are left.
"use strict";

for (const area of document.querySelectorAll("textarea[data-preview]")) {
  const preview = document.getElementById(area.dataset.preview);
  const left = document.createElement("span");
  left.className = "left";
  area.after(left);
  const show = () => {
    if (preview) {
      preview.textContent = area.value;
      preview.classList.toggle("long", [...area.value].length > 120);
    }
    left.textContent = `${[...area.value].length} / ${area.maxLength}`;
  };
  area.addEventListener("input", show);
  show();
}
