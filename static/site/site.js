// Search opens in a dialog; without this script the link leads to the search page.
const dialog = document.getElementById("search-dialog");
for (const link of document.querySelectorAll("[data-opens-search]")) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("input").focus();
  });
}
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

// Suggestions while somebody types: plain links under the field, which the arrow keys reach too.
const PAUSE = 120; // milliseconds without a key
for (const form of document.querySelectorAll("[data-suggest]")) {
  const field = form.querySelector("input");
  const list = form.querySelector(".suggested");
  const status = form.querySelector("[role=status]");
  let timer, asked;

  const show = (markup) => {
    list.innerHTML = markup;
    status.textContent = list.firstElementChild?.dataset.said ?? "";
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    if (!field.value.trim()) return show("");
    try {
      const address = `${form.dataset.suggest}?q=${encodeURIComponent(field.value)}`;
      const response = await fetch(address, { signal });
      const markup = response.ok ? await response.text() : "";
      if (!signal.aborted) show(markup);
    } catch (error) {
      if (error.name !== "AbortError") show("");
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [field, ...list.querySelectorAll("a")];
    const place = stops.indexOf(document.activeElement);
    if (!step || place < 0 || stops.length === 1) return;
    event.preventDefault();
    stops[(place + step + stops.length) % stops.length].focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !list.firstElementChild || form.closest("dialog")) return;
    show("");
    field.focus();
  });
  form.addEventListener("submit", () => asked?.abort());
}
