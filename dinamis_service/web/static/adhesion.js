// Adhesion: what is typed is kept while it is typed, lists depend on each other, attestations wake the button.
// Every page does its work without it.
"use strict";

const form = document.querySelector("form.adhesion");
if (form) {
  const kept = form.querySelector(".kept");
  const key = `adhesion:${form.elements.link.value.slice(-24)}:${form.dataset.step}`;
  const UNKEPT = new Set(["form_token", "link", "step", "words"]);
  const isKept = (one) => one.name && !UNKEPT.has(one.name) && !["password", "file", "submit", "hidden"].includes(one.type);
  const fields = () => [...form.elements].filter(isKept);

  function remembered() {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  }

  function remember() {
    const values = fields().map((one) => [one.name, one.type === "checkbox" ? one.checked : one.value]);
    try { sessionStorage.setItem(key, JSON.stringify(values)); } catch { /* no room: the service keeps it */ }
  }

  function forget() {
    try { sessionStorage.removeItem(key); } catch { /* nothing was kept */ }
  }

  // What the service could not be told before is put back.
  for (const [number, [name, value]] of (remembered() || []).entries()) {
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
      forget();
      kept.textContent = form.dataset.saved;
    } catch {
      kept.textContent = form.dataset.unsaved;
    }
  }

  let waiting = 0;
  form.addEventListener("input", () => {
    remember();
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
