// Accessibility of a page as it stands: axe-core with the rules of WCAG 2.2 AA and its best practices.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DESK, PHONE } from './browser.mjs';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const OPTIONS = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // Part of WCAG 2.2 AA, but off in axe unless asked for.
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
};

/**
 * Asserts that axe finds nothing, and that nothing lies outside the page's width, on a phone and a desk, light and dark.
 * The page keeps its size and scheme of before.
 * @param {import('playwright-core').Page} page
 */
export async function axe(page) {
  const before = page.viewportSize();
  const found = [];
  for (const size of [PHONE, DESK]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      const where = `${size.width} px, ${colorScheme}`;
      found.push(...(await violations(page)).map((one) => `${where}: ${one}`));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) found.push(`${where}: the page is ${over} px wider than the window`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  // WCAG 1.4.4: text of twice the size, with nothing cut off and no scrolling sideways.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const size = await page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize));
  await devtools.send('Page.setFontSizes', { fontSizes: { standard: 16, fixed: 13 } });
  await devtools.detach();
  if (size < 25) found.push(`200 % text: the page's text is ${size} px, whatever the reader chose`);
  if (over > 0) found.push(`200 % text: the page is ${over} px wider than the window`);
  await page.setViewportSize(before ?? DESK);
  assert.deepEqual(found, [], `accessibility of ${page.url()}`);
}

async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const result = await page.evaluate((options) => globalThis.axe.run(document, options), OPTIONS);
  return result.violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map((node) => node.html).join(' ')}`);
}
