// An acupoint in the text: one block, picked by autocomplete and stored by its code alone.
import { Node } from "django-prose-editor/editor";

const PICK_URL = new URL("/admin/articles/articlerevision/pick-acupoint/", location.origin);
const labels = new Map();

async function points(query) {
  const url = new URL(PICK_URL, location.origin);
  url.searchParams.set("q", query);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The list of acupoints answered ${response.status}.`);
  const found = (await response.json()).points;
  for (const point of found) labels.set(point.code, point.label);
  return found;
}

async function labelOf(code) {
  if (!labels.has(code)) await points(code);
  return labels.get(code) ?? "";
}

// A dialog with a combobox: type a code or a name, choose with the arrow keys and Enter.
function pick() {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "acupoint-picker";
    dialog.setAttribute("aria-labelledby", "acupoint-picker-label");
    dialog.innerHTML = `
      <label id="acupoint-picker-label" for="acupoint-picker-q">Which acupoint?</label>
      <input id="acupoint-picker-q" type="text" role="combobox" aria-expanded="true" autocomplete="off"
             aria-controls="acupoint-picker-list" aria-autocomplete="list" placeholder="BL40, Weizhong, Bend Centre">
      <ul id="acupoint-picker-list" role="listbox" aria-label="Acupoints"></ul>
      <button type="button" class="button">Cancel</button>`;
    const input = dialog.querySelector("input");
    const list = dialog.querySelector("ul");
    let found = [];
    let active = 0;
    let asked = 0;

    function show() {
      list.replaceChildren(...found.map((point, index) => {
        const option = document.createElement("li");
        option.id = `acupoint-option-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(index === active));
        const code = document.createElement("strong");
        code.textContent = point.code;
        const label = document.createElement("span");
        label.textContent = point.public ? point.label : `${point.label} (not public yet)`;
        option.append(code, label);
        option.addEventListener("click", () => finish(point.code));
        return option;
      }));
      input.setAttribute("aria-activedescendant", found.length ? `acupoint-option-${active}` : "");
      list.children[active]?.scrollIntoView({ block: "nearest" });
    }

    async function ask() {
      const mine = ++asked;
      const answer = await points(input.value.trim());
      if (mine !== asked) return;
      found = answer;
      active = 0;
      show();
    }

    function finish(code) {
      resolve(code);
      dialog.close();
    }

    // Enter waits for the answer to what was typed last, so that it never takes an older list.
    let pending = ask();
    input.addEventListener("input", () => { pending = ask(); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        active = Math.max(0, Math.min(found.length - 1, active + step));
        show();
      } else if (event.key === "Enter") {
        event.preventDefault();
        pending.then(() => { if (found[active]) finish(found[active].code); });
      }
    });
    dialog.querySelector("button").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); resolve(null); });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}

export const Acupoint = Node.create({
  name: "acupoint",
  group: "block",
  atom: true,
  draggable: true,

  addAttributes() {
    return {
      code: {
        default: null,
        parseHTML: (element) => element.getAttribute("data-acupoint"),
        renderHTML: (attributes) => ({ "data-acupoint": attributes.code }),
      },
    };
  },

  parseHTML() {
    return [{ tag: "div[data-acupoint]" }];
  },

  renderHTML({ HTMLAttributes }) {
    return ["div", HTMLAttributes];
  },

  addNodeView() {
    return ({ node }) => {
      const dom = document.createElement("div");
      dom.className = "acupoint-embed";
      dom.dataset.acupoint = node.attrs.code;
      const code = document.createElement("strong");
      code.textContent = node.attrs.code;
      const label = document.createElement("span");
      dom.append(code, label);
      labelOf(node.attrs.code).then((text) => { label.textContent = text; });
      return { dom };
    };
  },

  addCommands() {
    return {
      insertAcupoint: (code) => ({ commands }) =>
        // With a paragraph behind it, so that writing goes on below the point.
        commands.insertContent([{ type: this.name, attrs: { code } }, { type: "paragraph" }]),
    };
  },

  addMenuItems({ buttons, menu }) {
    menu.defineItem({
      name: "acupoint",
      groups: "nodes",
      button: buttons.text("Acupoint", "Insert an acupoint"),
      command(editor) {
        pick().then((code) => {
          if (code) editor.chain().focus().insertAcupoint(code).run();
        });
      },
    });
  },
});

document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  editor.view.dom.setAttribute("aria-label", label?.textContent.replace(":", "").trim() || "Text");
  // The server refuses a save that lost embeds unless this says that the editor knew them.
  const flag = textarea.form?.elements.embeds_loaded;
  if (flag && editor.schema.nodes.acupoint) flag.value = "on";
});
