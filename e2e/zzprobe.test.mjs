import { test } from 'node:test';
import { organisations, visitor, member, fillDoor, screenshot } from './support/browser.mjs';
const slug = organisations[0].slug;
test('probe', async () => {
  const p = await visitor();
  p.on('request', async r => { if (r.method() === 'POST') console.log(await r.allHeaders(), r.postData()); });
  p.on('response', async r => { if (r.request().method() === 'GET') console.log(r.url(), (await r.allHeaders())['set-cookie']); });
  await p.goto(`/sign-in`);
  await fillDoor(p, member('reception'));
  await new Promise(r => setTimeout(r, 2000));
  console.log(p.url());
});
