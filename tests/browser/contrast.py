"""Which texts of a page axe-core is asked about their contrast: those unlike all that it was asked about before."""

from __future__ import annotations

from playwright.sync_api import Page

# The contrast of a text follows from its colour, size and weight and from what is painted behind it, whatever the page,
# the width and the theme; to ask about the hundred cells of each table again would cost as much as all other rules together.
# Where axe-core could not tell, or did not want to, the very same words in the same place are what is not asked about again.
CONTRAST = """async ({leaveOut}) => {
  const KEY = 'texts axe-core was asked about';
  const before = new Set(JSON.parse(sessionStorage.getItem(KEY) ?? '[]'));
  const backdrops = new Map([[null, '']]);
  const backdrop = element => {
    if (!backdrops.has(element)) {
      const {backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position} = getComputedStyle(element);
      const painted = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join();
      // What stands over something else than its own parents is known by what it is.
      const place = ['absolute', 'fixed'].includes(position) ? `${element.localName}.${element.className}` : '';
      const own = painted === 'rgba(0, 0, 0, 0),none,1,none,normal' ? '' : `${painted};`;
      backdrops.set(element, backdrop(element.parentElement) + own + place);
    }
    return backdrops.get(element);
  };
  const look = element => {
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(element);
    return [color, fontSize, fontWeight, textShadow, backdrop(element)].join();
  };
  const words = element => element.value ?? element.textContent.trim();
  const exactly = element => `${look(element)}|${element.localName}.${element.className}|${words(element)}`;
  const hidden = ['.visually-hidden', 'option', 'script', 'style', 'template', ...leaveOut].join();
  const says = element => element.matches('input:not([type=hidden]), select, textarea')
    || [...element.childNodes].some(part => part.nodeType === Node.TEXT_NODE && part.data.trim());
  const fresh = [...document.body.querySelectorAll('*')].filter(element => says(element) && !element.closest(hidden)
    && element.checkVisibility({visibilityProperty: true}) && !before.has(look(element)) && !before.has(exactly(element)));
  if (!fresh.length) return [];
  const asked = {resultTypes: ['violations', 'passes'], iframes: false, preload: false, elementRef: true,
    runOnly: ['color-contrast']};
  const found = await axe.run({include: fresh, exclude: leaveOut}, asked);
  const wrong = found.violations.flatMap(fault => fault.nodes);
  const faulty = new Set(wrong.map(node => node.element));
  found.passes.flatMap(rule => rule.nodes).forEach(node => before.add(look(node.element)));
  fresh.filter(element => !faulty.has(element)).forEach(element => before.add(exactly(element)));
  sessionStorage.setItem(KEY, JSON.stringify([...before]));
  return wrong.slice(0, 4).map(
    node => `color-contrast (${node.impact}): ${JSON.stringify(node.target)} ${node.html.slice(0, 110)}`);
}"""


def faults_of_contrast(page: Page, leave_out: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds of the contrast of texts that look like none that it found right before in this window.

    Of what is wrong nothing is remembered: it is told again on each page.
    """
    return page.evaluate(CONTRAST, {"leaveOut": leave_out})  # type: ignore[no-any-return]
