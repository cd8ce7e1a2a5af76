// Adhesion: what is typed is kept while it is typed, lists depend on each other, attestations wake the button.
// Every page does its work without it.
"use strict";

const form = document.querySelector("form.adhesion");
if (form) {
  const kept = form.querySelector(".kept");
  const ours = `adhesion:${form.elements.link.value.slice(-24)}:`;
  const key = ours + form.dataset.step;
  const FRESH_MS = 15000; // what was just saved may be newer than the page that is shown
  const UNKEPT = new Set(["form_token", "link", "step", "words"]);
  const isKept = (one) => one.name && !UNKEPT.has(one.name) && !["password", "file", "submit", "hidden"].includes(one.type);
  const fields = () => [...form.elements].filter(isKept);

  function remembered() {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  }

  function remember(saved) {
    const values = fields().map((one) => [one.name, one.type === "checkbox" ? one.checked : one.value]);
    try { sessionStorage.setItem(key, JSON.stringify({ values, saved })); } catch { /* no room: the service keeps it */ }
  }

  // A step that was left is with the service.
  for (const other of Object.keys(sessionStorage)) {
    if (other.startsWith(ours) && other !== key) sessionStorage.removeItem(other);
  }

  // What the service may not have been told before is put back.
  const before = remembered();
  const isNews = before && (!before.saved || Date.now() - before.saved < FRESH_MS);
  for (const [number, [name, value]] of (isNews ? before.values : []).entries()) {
    const one = fields()[number];
    if (!one || one.name !== name) continue;
    if (one.type === "checkbox") one.checked = value; else if (value) one.value = value;
  }

  async function save() {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !name.startsWith("password") && name !== "go") body.append(name, value);
    }
    body.set("go", "save");
    try {
      const answer = await fetch("/registry/adhesion", { method: "POST", body, redirect: "error" });
      if (answer.status !== 204) throw new Error(String(answer.status));
      remember(Date.now());
      kept.textContent = form.dataset.saved;
    } catch {
      kept.textContent = form.dataset.unsaved;
    }
  }

  let waiting = 0;
  form.addEventListener("input", () => {
    remember(0);
    clearTimeout(waiting);
    waiting = setTimeout(save, 1200);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
  window.addEventListener("online", save);

  // One partner only.
  for (const box of form.querySelectorAll("input[name=entity_id]")) {
    box.addEventListener("change", () => {
      if (!box.checked) return;
      for (const other of form.querySelectorAll("input[name=entity_id]")) other.checked = other === box;
    });
  }

  // Dependent lists: groups that go with what was chosen before them.
  const [eligibility, sector, type, activity] = ["eligibility", "sector", "sector_type", "activity"].map((name) => form.elements[name]);
  if (activity && type) {
    const narrow = (list, of) => {
      for (const group of list.querySelectorAll("optgroup")) {
        const fits = group.dataset.of === of;
        group.hidden = !fits;
        group.disabled = !fits;
        if (!fits && group.querySelector("option:checked")) list.value = "";
      }
    };
    const all = () => {
      narrow(type, `${eligibility.value} ${sector.value}`);
      narrow(activity, type.value);
    };
    for (const one of [eligibility, sector, type]) one.addEventListener("change", all);
    all();
  }
}

const attest = document.querySelector("form.attest");
if (attest) {
  const boxes = [...attest.querySelectorAll("input[type=checkbox]")];
  const button = attest.querySelector("button.primary");
  const left = attest.querySelector(".kept");
  const count = () => {
    const missing = boxes.filter((one) => !one.checked).length;
    button.disabled = missing > 0;
    left.textContent = missing ? `${left.dataset.left} ${missing}` : "";
  };
  for (const one of boxes) one.addEventListener("change", count);
  count();
}

const problem = document.getElementById("problem");
if (problem) problem.focus();
