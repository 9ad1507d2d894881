// Notes each rich-text editor as it gets ready: a module may come too late to hear of it.
// A plain script, so that it may stand before the page's import map.
window.readyEditors = [];
document.addEventListener("prose-editor:ready", ({ detail }) => window.readyEditors.push(detail));
