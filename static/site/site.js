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
