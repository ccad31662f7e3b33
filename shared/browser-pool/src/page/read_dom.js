// The rendered document as text, at most `limit` UTF-16 units of it.
(limit => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '';
  const text = type + (document.documentElement ? document.documentElement.outerHTML : '');
  // Half of a surrogate pair is no text: a page can hold one, and the cut can make one.
  return (text.length > limit ? text.slice(0, limit) : text).toWellFormed();
})
