// Run in an isolated world: those of the families that are installed nowhere. Such a family changes the width of no
// text, whatever it falls back to. What a document with faces of its own says is not to be remembered.
(families => {
  const pen = document.createElement('canvas').getContext('2d');
  const width = font => { pen.font = font; return pen.measureText('mmwwiiLL0#@Wg').width; };
  const missing = families.filter(family => ['serif', 'sans-serif', 'monospace'].every(
    fallback => width(`72px "${family.replace(/["\\]/g, '')}", ${fallback}`) === width(`72px ${fallback}`)));
  return { missing, own: document.fonts.size > 0 };
})
