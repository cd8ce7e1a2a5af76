// Zoom of the maps that the service draws; they are whole without it.
"use strict";
for (const svg of document.querySelectorAll(".map svg")) {
  const whole = svg.viewBox.baseVal;
  const full = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
  const MOST = 40;
  let view = { ...full };
  let dragged = null;

  function show(x, y, w) {
    const width = Math.min(full.w, Math.max(full.w / MOST, w));
    const height = (width * full.h) / full.w;
    view = {
      x: Math.min(Math.max(x, full.x), full.x + full.w - width),
      y: Math.min(Math.max(y, full.y), full.y + full.h - height),
      w: width,
      h: height,
    };
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    svg.style.setProperty("--k", view.w / full.w); // words and marks keep their size
    svg.classList.toggle("zoomed", view.w < full.w);
  }

  // Zoom by a factor about a point of the drawing, which stays where it is.
  function zoom(factor, x = view.x + view.w / 2, y = view.y + view.h / 2) {
    const width = Math.min(full.w, Math.max(full.w / MOST, view.w / factor));
    const part = width / view.w;
    show(x - (x - view.x) * part, y - (y - view.y) * part, width);
  }

  function place(event) {
    const box = svg.getBoundingClientRect();
    return [
      view.x + ((event.clientX - box.left) / box.width) * view.w,
      view.y + ((event.clientY - box.top) / box.height) * view.h,
    ];
  }

  const bar = document.createElement("div");
  bar.className = "zoom";
  const [larger, smaller, all] = svg.dataset.zoomed.split("|");
  const acts = [["+", larger, () => zoom(2)], ["−", smaller, () => zoom(0.5)], ["⤢", all, () => show(full.x, full.y, full.w)]];
  for (const [sign, name, act] of acts) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.title = name;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    bar.append(button);
  }
  svg.parentElement.prepend(bar);

  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && view.w >= full.w && event.deltaY > 0) return; // the page scrolls on
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, ...place(event));
  }, { passive: false });
  svg.addEventListener("dblclick", (event) => zoom(2, ...place(event)));
  svg.addEventListener("pointerdown", (event) => {
    if (view.w >= full.w) return;
    dragged = { x: event.clientX, y: event.clientY, from: { ...view } };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const scale = dragged.from.w / svg.getBoundingClientRect().width;
    show(dragged.from.x - (event.clientX - dragged.x) * scale, dragged.from.y - (event.clientY - dragged.y) * scale, view.w);
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { dragged = null; });
}
