// The area of interest: drawn as a rectangle on the map, typed as four numbers; each follows the other.
"use strict";
for (const figure of document.querySelectorAll(".map.drawn")) {
  const svg = figure.querySelector("svg");
  const zone = svg.querySelector(".zone");
  const pointer = figure.querySelector(".pointer");
  const sides = Object.fromEntries(["north", "west", "east", "south"].map((side) => [side, document.getElementById(side)]));
  const frame = Object.fromEntries(["west", "south", "east", "north"].map((side) => [side, Number(figure.dataset[side])]));
  const width = svg.viewBox.baseVal.width;
  const height = svg.viewBox.baseVal.height;
  const ROUND = 4;
  let start = null;

  const x = (lon) => ((lon - frame.west) / (frame.east - frame.west)) * width;
  const y = (lat) => ((frame.north - lat) / (frame.north - frame.south)) * height;

  function place(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const lon = frame.west + (point.x / width) * (frame.east - frame.west);
    const lat = frame.north - (point.y / height) * (frame.north - frame.south);
    return { lon: Math.min(180, Math.max(-180, lon)), lat: Math.min(90, Math.max(-90, lat)) };
  }

  function typed() {
    const values = Object.values(sides).map((one) => one.value.trim().replace(",", ".").replace("−", "-"));
    if (values.some((one) => one === "")) return null;
    const [north, west, east, south] = values.map(Number);
    return [north, west, east, south].every(Number.isFinite) && west < east && south < north ? { north, west, east, south } : null;
  }

  function draw() {
    const box = typed();
    zone.setAttribute("d", box ? `M${x(box.west)} ${y(box.north)}H${x(box.east)}V${y(box.south)}H${x(box.west)}Z` : "");
  }

  function type(box) {
    for (const [side, value] of Object.entries(box)) sides[side].value = value === "" ? "" : String(Number(value.toFixed(ROUND)));
    draw();
    sides.north.dispatchEvent(new Event("input", { bubbles: true })); // what is kept follows
  }

  const tools = document.createElement("div");
  tools.className = "tools";
  const button = (words) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = words;
    tools.append(one);
    return one;
  };
  const drawing = button(figure.dataset.draw);
  drawing.setAttribute("aria-pressed", "false");
  drawing.addEventListener("click", () => {
    const on = figure.classList.toggle("drawing");
    drawing.setAttribute("aria-pressed", String(on));
  });
  button(figure.dataset.erase).addEventListener("click", () => type({ north: "", west: "", east: "", south: "" }));
  svg.after(tools);

  figure.addEventListener("pointerdown", (event) => {
    if (!figure.classList.contains("drawing") || !svg.contains(event.target)) return;
    event.stopPropagation(); // the map stays where it is
    event.preventDefault();
    start = place(event);
    svg.setPointerCapture(event.pointerId);
  }, { capture: true });
  svg.addEventListener("pointermove", (event) => {
    const here = place(event);
    pointer.textContent = `Lon : ${here.lon.toFixed(ROUND)}, Lat : ${here.lat.toFixed(ROUND)}`;
    if (!start) return;
    const [west, east] = [start.lon, here.lon].sort((a, b) => a - b);
    const [south, north] = [start.lat, here.lat].sort((a, b) => a - b);
    if (east - west > 0.0001 && north - south > 0.0001) type({ north, west, east, south });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, () => {
      if (!start) return;
      start = null;
      figure.classList.remove("drawing");
      drawing.setAttribute("aria-pressed", "false");
    });
  }
  for (const one of Object.values(sides)) one.addEventListener("input", draw);
}
