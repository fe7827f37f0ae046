// Counts what a first visit brings over the wire: node pages.mjs ORIGIN SLUG EMAIL PASSWORD. Prints one JSON object.

import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('playwright-core');
const [origin, slug, email, password] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.ALOE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage'],
});

let foreign = 0;

/** Opens a path in a context without a cache and answers the kilobytes (of 1,000 bytes) and the requests it took, headers included. */
async function visit(context, path) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  let [bytes, requests] = [0, 0];
  session.on('Network.requestWillBeSent', ({ request }) => {
    if (!request.url.startsWith(origin) && !request.url.startsWith('data:')) foreign += 1;
    requests += 1;
  });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  const answer = await page.goto(origin + path, { waitUntil: 'load' });
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}`);
  await page.waitForTimeout(1000);
  return { kb: bytes / 1000, requests, page };
}

try {
  const options = { ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } };
  const guest = await browser.newContext({ ...options, viewport: { width: 360, height: 740 } });
  const booking = await visit(guest, `/b/${slug}`);

  const staff = await browser.newContext(options);
  const door = await staff.newPage();
  await door.goto(`${origin}/sign-in`);
  await door.getByLabel('E-mail').fill(email);
  await door.getByLabel('Password').fill(password);
  await door.getByRole('button', { name: 'Sign in', exact: true }).click();
  await door.waitForURL((url) => url.pathname !== '/sign-in');
  if (new URL(door.url()).pathname === '/sign-in/code') {
    await door.getByLabel('Code', { exact: true }).fill(await door.locator('[data-code]').innerText());
    await door.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  await door.waitForURL(/\/o\//);
  await door.close();
  const calendar = await visit(staff, `/o/${slug}/calendar?view=week&r=all`);
  const bookings = await calendar.page.locator('.wk').count();

  console.log(JSON.stringify({
    booking_kb: booking.kb, booking_requests: booking.requests,
    calendar_kb: calendar.kb, calendar_requests: calendar.requests, calendar_bookings: bookings,
    foreign_requests: foreign,
  }));
} finally {
  await browser.close();
}
