// What an accessibility checker would say of the page as it is shown now. Gives a list of complaints.
() => {
  const complaints = [];
  const complain = (what, element) => complaints.push(`${what}: ${element ? element.outerHTML.slice(0, 120) : ''}`);
  const isShown = element => element.checkVisibility() && element.getClientRects().length > 0;

  if (!document.documentElement.lang) complain('no language');
  if (!document.title) complain('no title');
  if (document.querySelectorAll('main').length !== 1) complain('not one main');

  const headings = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')];
  headings.forEach((heading, i) => {
    if (!heading.textContent.trim()) complain('empty heading', heading);
    if (i > 0 && +heading.tagName[1] > +headings[i - 1].tagName[1] + 1) complain('a heading leaves out a level', heading);
  });

  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => complain(`id twice ${id}`));
  for (const name of ['aria-labelledby', 'aria-describedby']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(' ')) {
        if (!document.getElementById(id)?.textContent.trim()) complain(`${name} names nothing`, element);
      }
    }
  }

  for (const link of document.querySelectorAll('a')) {
    if (!link.textContent.trim()) complain('a link without words', link);
    const target = link.getAttribute('href');
    if (target.startsWith('#') && !document.getElementById(target.slice(1))) complain('a link to nowhere', link);
  }

  for (const drawing of document.querySelectorAll('svg')) {
    if (drawing.getAttribute('aria-hidden') !== 'true' && !(drawing.getAttribute('role') === 'img' && drawing.hasAttribute('aria-labelledby'))) {
      complain('a drawing without a name', drawing);
    }
  }

  for (const table of document.querySelectorAll('table')) {
    if (!table.caption?.textContent.trim()) complain('a table without a caption', table);
    if ([...table.querySelectorAll('th')].some(head => !head.scope)) complain('a head without a scope', table);
    const widths = new Set([...table.rows].map(row => row.cells.length));
    if (widths.size > 1) complain(`rows of different lengths ${[...widths]}`, table);
  }

  for (const region of document.querySelectorAll('[role=region]')) {
    if (!region.getAttribute('aria-label')) complain('a region without a name', region);
    if (region.scrollWidth > region.clientWidth && region.tabIndex !== 0) complain('scrolls, but not with the keyboard', region);
  }

  // Contrast of every text with what is behind it (WCAG 2.2, 1.4.3).
  const channels = colour => colour.match(/[\d.]+/g).map(Number);
  const luminance = colour => {
    const [r, g, b] = channels(colour).slice(0, 3).map(c => c / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((channels(colour)[3] ?? 1) === 1) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !isShown(element) || element.matches('desc, style')) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(element.namespaceURI.endsWith('svg') ? style.fill : style.color), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) complain(`contrast ${ratio.toFixed(2)}`, element);
  }

  // Nothing sticks out sideways; what is wide scrolls by itself.
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) complain(`wider than the window by ${document.documentElement.scrollWidth - document.documentElement.clientWidth}`);

  // Texts within a plot stay in it.
  for (const text of document.querySelectorAll('figure svg text')) {
    const [inner, outer] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
    if (inner.left < outer.left - 1 || inner.right > outer.right + 1) complain('a label is cut off', text);
  }

  return complaints;
}
