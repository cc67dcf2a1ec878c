// Words are compared as people type them: without capitals and accents.

export function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
