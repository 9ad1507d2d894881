// The draft form's safety net: what was typed is kept in this browser until it is saved, offered
// back after a crash, and guarded by a warning; and colleagues see who has the form open.
import { drop, kept, keep } from "./kept.js";

const net = document.getElementById("safety-net");
const form = net.closest("form");
const name = net.dataset.keepAs;
const editors = new Map(); // name of a textarea -> its rich-text editor
const TOKEN = ["version", "revision", "digest"];
const WAIT = 400; // milliseconds after the last key
const AGAIN = 20_000;

const skipped = (field) =>
  !field.name || field.type === "file" || field.type === "submit" || field.type === "button" ||
  ["csrfmiddlewaretoken", "embeds_loaded", ...TOKEN].includes(field.name) || field.name.includes("__prefix__");

/** Every field's value by its name; a choice with the words it showed. */
function read() {
  const found = {};
  for (const field of form.elements) {
    if (skipped(field)) continue;
    if (editors.has(field.name)) found[field.name] = editors.get(field.name).getHTML();
    else if (field.type === "checkbox") found[field.name] = field.checked;
    else if (field.tagName === "SELECT") {
      found[field.name] = [...field.selectedOptions].map((option) => [option.value, option.text]);
    } else found[field.name] = field.value;
  }
  return found;
}

function write(fields) {
  for (const [key, value] of Object.entries(fields)) {
    if (key.endsWith("-TOTAL_FORMS")) addRows(key.replace("-TOTAL_FORMS", ""), Number(value));
  }
  for (const field of form.elements) {
    if (skipped(field) || !(field.name in fields) || field.name.endsWith("_FORMS")) continue;
    const value = fields[field.name];
    if (editors.has(field.name)) editors.get(field.name).commands.setContent(value, { emitUpdate: true });
    else if (field.type === "checkbox") field.checked = value;
    else if (field.tagName === "SELECT") choose(field, value);
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Options that an autocomplete field would have to ask for are made from what they showed. */
function choose(select, pairs) {
  for (const [value, text] of pairs) {
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(text, value));
  }
  const values = new Set(pairs.map(([value]) => value));
  for (const option of select.options) option.selected = values.has(option.value);
}

function addRows(prefix, total) {
  const count = form.elements[`${prefix}-TOTAL_FORMS`];
  const more = document.querySelector(`#${CSS.escape(prefix)}-group .add-row a`);
  for (let tries = 0; more && count && Number(count.value) < total && tries < 100; tries++) more.click();
}

const isRich = (area) => area.getAttributeNames().some((one) => one.startsWith("data-django-prose-editor"));
const rich = [...form.querySelectorAll("textarea")].filter(isRich);
const words = (fields) => JSON.stringify(fields).replace(/\s+/g, " ");

let offered = false;
// A form that comes back with errors, or beside somebody else's text, is not saved as it stands.
let saved = document.querySelector(".errornote, .conflict") ? "" : words(read());
let leaving = false;
let timer = 0;
const isDirty = () => words(read()) !== saved;

function token() {
  return Object.fromEntries(TOKEN.map((part) => [part, form.elements[part]?.value]));
}

function remember() {
  if (isDirty()) keep(name, { fields: read(), token: token(), at: Date.now() });
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(remember, WAIT);
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", () => {
  leaving = true;
  clearTimeout(timer);
  if (isDirty()) keep(name, { fields: read(), token: token(), at: Date.now(), sent: true });
});
window.addEventListener("beforeunload", (event) => {
  if (leaving || !isDirty()) return;
  remember();
  event.preventDefault();
});

/** From now on the editor has the text; what it makes of the stored text is no change. */
function adopt({ editor, textarea }) {
  const before = isDirty();
  editors.set(textarea.name, editor);
  if (!before) saved = words(read());
  editor.on("update", changed);
  if (editors.size >= rich.length) offer();
}

// --- Giving back --------------------------------------------------------------------------

/** Text that was kept and is not what the form shows; once, when every editor is there. */
function offer() {
  if (offered) return;
  offered = true;
  const found = kept(name);
  if (!found) return;
  const movedOn = found.token.revision !== token().revision;
  if ((found.sent && movedOn) || words(found.fields) === words(read())) {
    drop(name);
    return;
  }
  const note = net.querySelector("[data-kept]");
  const time = new Date(found.at);
  note.querySelector("time").dateTime = time.toISOString();
  note.querySelector("time").textContent = time.toLocaleString(document.documentElement.lang);
  note.querySelector("[data-moved-on]").hidden = !movedOn;
  note.hidden = false;
  note.querySelector("[data-take]").addEventListener("click", () => {
    write(found.fields);
    // With the token of then: if somebody saved meanwhile, the server shows both texts.
    for (const part of TOKEN) if (form.elements[part] && found.token[part]) form.elements[part].value = found.token[part];
    note.hidden = true;
    form.querySelector("input:not([type=hidden]), textarea")?.focus();
  });
  note.querySelector("[data-drop]").addEventListener("click", () => {
    drop(name);
    note.hidden = true;
  });
}

window.readyEditors.forEach(adopt);
document.addEventListener("prose-editor:ready", ({ detail }) => adopt(detail));
if (editors.size >= rich.length) offer();
setTimeout(offer, 4000); // an editor that never comes must not keep the text back

// --- Who else is here -----------------------------------------------------------------------

const here = net.querySelector("[data-others]");

async function say(closing = false) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  if (closing) {
    body.append("closed", "1");
    navigator.sendBeacon(net.dataset.openUrl, body);
    return;
  }
  const response = await fetch(net.dataset.openUrl, { method: "POST", body });
  if (!response.ok) return; // logged out, or the server restarts: the form itself will say so
  const { others, newest } = await response.json();
  here.hidden = others.length === 0;
  here.querySelector("[data-names]").textContent = others.join(", ");
  net.querySelector("[data-newer]").hidden = !newest || String(newest) === form.elements.revision.value;
}

if (net.dataset.openUrl) {
  const again = () => { if (!document.hidden) say().catch(() => {}); };
  again();
  setInterval(again, AGAIN);
  document.addEventListener("visibilitychange", again);
  window.addEventListener("pagehide", () => say(true));
}
