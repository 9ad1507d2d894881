// Texts that this browser keeps until they are saved, each under the name of its form.
const PREFIX = "kept-draft:";
const DAYS = 7;

export function keep(name, what) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(what));
  } catch (error) {
    console.info("This browser keeps no drafts:", error.name); // full, or switched off
  }
}

export function kept(name) {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + name));
    return found && Date.now() - found.at < DAYS * 86_400_000 ? found : null;
  } catch {
    return null; // not what we wrote
  }
}

export function drop(name) {
  localStorage.removeItem(PREFIX + name);
}

/** On a page that only a save leads to: what was sent has arrived. */
export function dropSent() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && kept(key.slice(PREFIX.length))?.sent) localStorage.removeItem(key);
  }
}
