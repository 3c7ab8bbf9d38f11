// A formula is on the page three times: for readers, as TeX, and as a drawing. Excerpts need one.
// In a folder, where no page can be fetched, the titles must do.
{
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";
  const toText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const node of page.querySelectorAll(".katex-html, annotation, .eqno, button, .actions, nav, script")) node.remove();
    const main = page.querySelector("main");
    main?.setAttribute("role", "main");  // where Sphinx looks
    return toText(page.documentElement.outerHTML, anchor);
  };
}
