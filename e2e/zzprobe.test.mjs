import { test } from 'node:test';
import { organisations, visitor, member, fillDoor, screenshot } from './support/browser.mjs';
const slug = organisations[0].slug;
test('probe', async () => {
  const p = await visitor();
  p.on('response', r => console.log(r.status(), r.request().method(), r.url(), r.headers().location));
  p.on('requestfailed', r => console.log('FAILED', r.url(), r.failure()));
  p.on('load', () => console.log('load', p.url()));
  p.on('domcontentloaded', () => console.log('dcl', p.url()));
  await p.goto(`/o/${slug}/calendar`);
  await fillDoor(p, member('reception'));
  await new Promise(r => setTimeout(r, 4000));
  await screenshot(p, 'probe-after');
  console.log(p.url(), (await p.locator('body').innerText()).slice(0, 600));
});
