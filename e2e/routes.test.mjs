// Every page of the table of routes, from the table itself: accessible on a phone and a desk, light and dark, and with text
// of twice the size. A page that this file cannot find its way to fails here.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { axe } from './support/axe.mjs';
import { member, signIn, visitor } from './support/browser.mjs';
import { bookAtDesk, bookOnline, freshName, front, messagesTo, openTimes, register, staff, weekday } from './support/day.mjs';

const table = readFileSync(new URL('../docs/permissions.md', import.meta.url), 'utf8');
const routes = [...table.matchAll(/^\| GET \| `([^`]+)` \| (\w+) /gm)].map(([, path, access]) => ({ path, access }));
/** What is read by programs and browsers, not by people. */
const NO_PAGE = /^\/api\/|^\/assets\/|\/events$|\.ics$/;

/** Fetches the first address on a page that leads under a path. */
async function firstUnder(page, from, path) {
  await page.goto(staff(from));
  const hrefs = await page.locator('a[href]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  const found = hrefs.find((href) => href.startsWith(staff(path)) && /[0-9a-f-]{36}$/.test(href));
  assert.ok(found, `${from} leads nowhere under ${path}`);
  return found;
}

/** One of everything that a path can name, made through the pages. */
async function furnish(owner) {
  const surname = freshName().split(' ')[1];
  await register(owner, { given: 'Ayanda', surname });
  await owner.getByText('Registered as file').waitFor();
  const patient = new URL(owner.url()).pathname;
  await bookAtDesk(owner, { date: weekday(130), start: '09:00', diary: 0 });
  const booking = new URL(owner.url()).searchParams.get('booking');
  await owner.goto(`${patient}/file`);
  await owner.getByRole('button', { name: /^New consultation|^Begin/ }).first().click();
  await owner.getByLabel('Plan').fill('Rest');
  await owner.locator('[data-save-status]').filter({ hasText: /^Saved \d/ }).waitFor();
  const consultation = new URL(owner.url()).pathname;
  await owner.goto(staff(`/blocks/new?date=${weekday(130)}`));
  await owner.getByLabel('From').fill('13:00');
  await owner.getByLabel('To', { exact: true }).fill('14:00');
  await owner.getByLabel('Why').fill('Stocktaking');
  await owner.getByRole('button', { name: /^Block/ }).click();
  const block = await owner.locator('.ev.is-block a').getAttribute('href');
  return { block, patient, booking: staff(`/bookings/${booking}`), consultation };
}

async function invitation(owner) {
  const email = `q${Math.random().toString(36).slice(2, 10)}@colleagues.example`;
  await owner.goto(staff('/team'));
  const form = owner.locator('#invite form');
  await form.getByLabel('Name', { exact: true }).fill(freshName());
  await form.getByLabel('E-mail address').fill(email);
  await form.locator('input[name=role][value=reception]').check();
  await form.getByRole('button', { name: 'Send invitation' }).click();
  await owner.getByText('is invited.').waitFor();
  const [mail] = await messagesTo(email);
  return new URL(/https:\/\/\S+\/invitation\/\S+/.exec(mail)[0]).pathname;
}

/** The pages of somebody who books, with the addresses that their own steps have. */
async function steps(person) {
  const { link } = await bookOnline(person);
  await openTimes(person, 'Consultation');
  const times = person.url();
  await person.locator('.times button').last().click();
  await person.getByLabel('Cell number').waitFor();
  return { link, times, details: person.url() };
}

/** A link for a new password, as the newest mail of the demonstration has it. */
async function resetLink(person) {
  const links = async () => {
    await person.goto('/outbox');
    return (await person.locator('main').innerText()).match(/\/reset\/[\w-]+/g) ?? [];
  };
  const before = new Set(await links());
  await person.goto('/reset');
  await person.getByLabel('E-mail address').fill(member('reception').email);
  await person.getByRole('button', { name: 'Send the link' }).click();
  for (let tries = 0; tries < 40; tries += 1) {
    const fresh = (await links()).find((link) => !before.has(link));
    if (fresh) return fresh;
    await person.waitForTimeout(250);
  }
  throw new Error('no such mail came');
}

test('axe finds nothing on any page of the table of routes', { timeout: 240_000 }, async () => {
  assert.ok(routes.length > 40, `the table has ${routes.length} routes`);
  const [owner, person] = [await signIn('owner'), await visitor()];
  const [made, mine, invited] = [await furnish(owner), await steps(person), await invitation(owner)];
  const reset = await resetLink(person);
  const addresses = {
    '/reset/choose': reset,
    '/reset/{token}': reset,
    '/invitation/{token}': invited,
    '/b/{org}/times': mine.times,
    '/b/{org}/details': mine.details,
    '/b/{org}/m/{token}': mine.link,
    '/o/{org}/settings/places/{id}': await firstUnder(owner, '/settings/places', '/settings/places/'),
    '/o/{org}/settings/diaries/{id}': await firstUnder(owner, '/settings/diaries', '/settings/diaries/'),
    '/o/{org}/settings/services/{id}': await firstUnder(owner, '/settings/services', '/settings/services/'),
  };
  const under = [
    ['/b/{org}/m/{token}', mine.link],
    ['/o/{org}/bookings/{id}', made.booking],
    ['/o/{org}/blocks/{id}', made.block],
    ['/o/{org}/patients/{id}', made.patient],
    ['/o/{org}/consultations/{id}', made.consultation],
    ['/o/{org}', staff()],
    ['/b/{org}', front()],
  ];
  const addressOf = (path) => {
    const [start, address] = under.find(([known]) => path.startsWith(known)) ?? ['', ''];
    return addresses[path] ?? path.replace(start, address);
  };
  const seen = [];
  for (const { path, access } of routes.filter((route) => !NO_PAGE.test(route.path))) {
    const page = access === 'Visitor' ? person : owner;
    const address = addressOf(path);
    assert.ok(!address.includes('{'), `this test has no address for ${path}`);
    const answer = await page.goto(address);
    assert.equal(answer.status(), 200, `${path} at ${address}`);
    await axe(page);
    seen.push(path);
  }
  assert.ok(seen.length > 35, seen.join(' '));
});
