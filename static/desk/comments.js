// Passages of comments in the text: marked ones become a comment's quotation, quoted ones are
// highlighted. The text itself is never touched: it is byte for byte what readers get.
const text = document.querySelector("[data-signed]");
const form = document.querySelector(".act-comment");

/** The words of the text with, for each character, the node and the place it comes from. */
function characters(root) {
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let place = 0; place < node.length; place++) {
      const letter = /\s/.test(node.data[place]) ? " " : node.data[place];
      if (letter === " " && (found.length === 0 || found.at(-1).letter === " ")) continue;
      found.push({ letter, node, place });
    }
  }
  return found;
}

const plain = (words) => words.replace(/\s+/g, " ").trim();

/** The range of a quotation, the one whose surroundings fit best where it stands twice. */
function rangeOf(quote, before, after) {
  const letters = characters(text);
  const words = letters.map((one) => one.letter).join("");
  const wanted = plain(quote);
  let best = null;
  for (let at = words.indexOf(wanted); wanted && at >= 0; at = words.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    const fit = Number(plain(words.slice(0, at)).endsWith(plain(before))) + Number(plain(words.slice(end)).startsWith(plain(after)));
    if (!best || fit > best.fit) best = { at, end, fit };
  }
  if (!best) return null;
  const range = new Range();
  const first = letters[best.at], last = letters[best.end - 1];
  range.setStart(first.node, first.place);
  range.setEnd(last.node, last.place + 1);
  return range;
}

const quotes = [...document.querySelectorAll("[data-quote]")];
const ranges = new Map();
for (const quote of quotes) {
  const range = text && rangeOf(quote.textContent, quote.dataset.before, quote.dataset.after);
  if (!range) continue;
  ranges.set(quote, range);
  quote.tabIndex = 0;
  quote.setAttribute("role", "link");
  const show = () => range.startContainer.parentElement.scrollIntoView({ block: "center" });
  quote.addEventListener("click", show);
  quote.addEventListener("keydown", (event) => event.key === "Enter" && show());
}
if (window.CSS?.highlights && ranges.size) CSS.highlights.set("comments", new Highlight(...ranges.values()));

if (form && text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "comment-here";
  button.textContent = form.querySelector("button").textContent;
  button.hidden = true;
  document.body.append(button);
  const marked = () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    return text.contains(range.commonAncestorContainer) && plain(range.toString()) ? range : null;
  };
  const follow = () => {
    const range = marked();
    button.hidden = !range;
    if (!range) return;
    const place = range.getBoundingClientRect();
    button.style.setProperty("top", `${window.scrollY + place.bottom + 6}px`);
    button.style.setProperty("left", `${window.scrollX + place.left}px`);
  };
  document.addEventListener("selectionchange", follow);
  follow(); // what was marked before this script had come
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const range = marked();
    if (!range) return;
    const whole = new Range();
    whole.selectNodeContents(text);
    const before = whole.cloneRange(), after = whole.cloneRange();
    before.setEnd(range.startContainer, range.startOffset);
    after.setStart(range.endContainer, range.endOffset);
    form.elements.quote.value = plain(range.toString()).slice(0, 500);
    form.elements.before.value = plain(before.toString()).slice(-60);
    form.elements.after.value = plain(after.toString()).slice(0, 60);
    form.closest("details").open = true;
    button.hidden = true;
    form.elements.text.focus();
  });
}
