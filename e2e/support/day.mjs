// What several files do in a day of work: days and phones that nobody else uses, the outbox, booking online and at the desk.

import assert from 'node:assert/strict';
import { organisations, signIn } from './browser.mjs';

/** First part of an organisation's staff addresses. */
export function staff(rest = '', organisation = 0) {
  return `/o/${organisations[organisation].slug}${rest}`;
}

/** First part of an organisation's public addresses. */
export function front(rest = '', organisation = 0) {
  return `/b/${organisations[organisation].slug}${rest}`;
}

/** Today where the practice is, as 2026-11-24. */
export function today() {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Africa/Johannesburg' }).format(new Date());
}

/** A weekday so many days ahead or the first after. Beyond 40 days nothing of the demonstration is booked. */
export function weekday(daysAhead) {
  const day = new Date(`${today()}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + daysAhead);
  while ([0, 6].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

/** A cell number of nobody, as people write it. */
export function freshPhone() {
  const digits = String(Math.floor(Math.random() * 1e7)).padStart(7, '0');
  return `072 ${digits.slice(0, 3)} ${digits.slice(3)}`;
}

/** A name of nobody, made of letters alone. */
export function freshName(given = 'Lindiwe') {
  const letters = Array.from({ length: 7 }, () => 'aeioklmnst'[Math.floor(Math.random() * 10)]).join('');
  return `${given} Q${letters}`;
}

/** What the outbox holds for a phone or an e-mail address, newest first. */
export async function messagesTo(to, organisation = 0) {
  const page = await signIn('owner', organisation);
  await page.goto(staff('/outbox', organisation));
  const address = to.includes('@') ? to : `+27${to.replace(/\D/g, '').slice(1)}`;
  const found = await page.locator('section.card').filter({ hasText: address }).allInnerTexts();
  await page.context().close();
  return found;
}

/** The newest PIN sent to a phone. */
export async function pinFor(phone, organisation = 0) {
  const texts = await messagesTo(phone, organisation);
  const pin = texts.map((text) => /code is (\d{6})/.exec(text)?.[1]).find(Boolean);
  assert.ok(pin, `the outbox shows no PIN for ${phone}`);
  return pin;
}

/** A PIN that is not this one. */
export function otherPin(pin) {
  return pin.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

/** Opens the times of a service, by name, as a person does. */
export async function openTimes(page, service, organisation = 0) {
  await page.goto(front('', organisation));
  await page.locator('.pick a').filter({ has: page.locator('b').getByText(service, { exact: true }) }).click();
  await page.getByRole('heading', { name: 'Choose a time' }).waitFor();
}

/** Looks at the first day so many days ahead or after that has a choice of times, whatever today is. Answers the day. */
export async function openDay(page, daysAhead) {
  const url = new URL(page.url());
  for (let later = 0; later < 12; later += 1) {
    const day = weekday(daysAhead + later);
    url.searchParams.set('day', day);
    await page.goto(url.href);
    if ((await page.locator('.times button').count()) > 5) return day;
  }
  throw new Error(`no day with a choice of times from ${daysAhead} days ahead on`);
}

/** Types who is coming and ticks the privacy notice. */
export async function fillDetails(page, { phone, name }) {
  await page.getByLabel('Cell number').fill(phone);
  await page.getByLabel('Your name and surname').fill(name);
  await page.getByLabel(/I have read the privacy notice/).check();
}

/** Types a PIN and sends it. */
export async function sendPin(page, pin) {
  await page.getByLabel('Code of 6 digits').fill(pin);
  await page.getByRole('button', { name: 'Confirm' }).click();
}

/** Books online from the list of services to the end. Answers what the pages said of it. */
export async function bookOnline(page, { service = 'Consultation', phone = freshPhone(), name = freshName(), nth = -1 } = {}) {
  await openTimes(page, service);
  const date = await openDay(page, 6);
  const button = page.locator('.times button').nth(nth);
  const start = await button.innerText();
  await button.click();
  await fillDetails(page, { phone, name });
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Code of 6 digits').waitFor();
  await sendPin(page, await pinFor(phone));
  await page.getByRole('heading', { name: 'You are booked' }).waitFor();
  return { phone, name, date, start, reference: await page.locator('.ref').innerText(), link: new URL(page.url()).pathname };
}

/** Fills the desk's form and books. The panel of the booking is open afterwards. */
export async function bookAtDesk(page, { name = freshName('Sipho'), phone = '', service, diary, date, start, minutes, channel } = {}) {
  await page.goto(staff(`/bookings/new?date=${date ?? today()}`));
  await page.getByLabel('Name', { exact: true }).fill(name);
  if (phone) await page.getByLabel('Phone (optional)').fill(phone);
  if (service) await page.getByLabel('Service').selectOption({ label: service });
  if (diary !== undefined) await page.getByLabel('With').selectOption({ index: diary });
  await page.getByLabel('Start').fill(start);
  if (minutes) await page.getByLabel('Minutes').fill(String(minutes));
  if (channel) await page.getByLabel('How').selectOption({ label: channel });
  await page.getByRole('button', { name: /^Book/ }).click();
  await page.getByText(`${name} is booked for`).waitFor();
  return { name, phone, date: date ?? today(), start };
}

/** The box of a booking in the calendar. */
export function boxOf(page, name) {
  return page.locator('.ev').filter({ hasText: name });
}

/** Registers somebody at the desk and stays on their page. Fields by label; the privacy notice is ticked. */
export async function register(page, { given = 'Thabo', surname, born = '', id = '', phone = '', ...more }) {
  await page.goto(staff('/patients/new'));
  await page.getByLabel('Given names (if any)').fill(given);
  await page.getByLabel('Surname').fill(surname);
  await page.getByLabel('Date of birth').fill(born);
  await page.getByLabel('Phone', { exact: true }).fill(phone);
  if (id) await page.getByLabel('Number', { exact: true }).fill(id);
  else await page.getByLabel('Document').selectOption({ label: 'None, or not known' });
  for (const [label, value] of Object.entries(more)) await page.getByLabel(label).fill(value);
  await page.getByLabel('The person has seen this notice').check();
  await page.getByRole('button', { name: /^Register/ }).click();
}
