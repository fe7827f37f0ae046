import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { axe } from './support/axe.mjs';
import { noScript, PHONE, screenshot, visitor } from './support/browser.mjs';
import { bookOnline, fillDetails, freshName, freshPhone, front, messagesTo, openDay, openTimes, otherPin, pinFor, sendPin } from './support/day.mjs';

/** Chooses a practitioner by place in the list (1 is the first), with scripts or without. */
async function choose(page, index, scripts = true) {
  await page.getByLabel('With').selectOption({ index });
  if (!scripts) await page.getByRole('button', { name: 'Show times' }).click();
  await page.waitForURL(/[?&]with=[0-9a-f-]{36}/);
}

/** Takes the time with this text on the day that is shown. */
function take(page, words) {
  return page.locator('.times button').getByText(words, { exact: true }).click();
}

async function says(page, heading) {
  await page.getByRole('heading', { name: heading }).waitFor();
}

/** From the list of services to a cancelled booking. */
async function walk(page, scripts) {
  const [phone, name] = [freshPhone(), freshName()];
  await openTimes(page, 'Consultation');
  await choose(page, 2, scripts);
  const practitioner = await page.getByLabel('With').evaluate((list) => list.selectedOptions[0].text);
  await openDay(page, 7);
  await page.locator('.days a').last().click();
  await page.locator('.times button').last().click();
  await says(page, 'Who is coming?');
  await fillDetails(page, { phone, name });
  await page.getByRole('button', { name: 'Continue' }).click();
  await says(page, 'Enter the code');
  const pin = await pinFor(phone);
  await sendPin(page, otherPin(pin));
  await page.getByText('That code is not right. 4 tries left.').waitFor();
  await sendPin(page, pin);
  await says(page, 'You are booked');
  const ticket = page.locator('.ticket');
  assert.match(await ticket.innerText(), new RegExp(`Consultation with ${practitioner}`));
  const reference = await page.locator('.ref').innerText();
  assert.match(reference, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  const before = await ticket.locator('.date').innerText();

  await page.getByRole('link', { name: 'Move it' }).click();
  await says(page, 'Choose a new time');
  await openDay(page, 14);
  await page.locator('.times button').nth(1).click();
  await says(page, 'Move your booking?');
  assert.ok((await ticket.innerText()).includes(before), 'the old time stands beside the new one');
  await page.getByRole('button', { name: 'Move it' }).click();
  await says(page, 'Your booking is moved');
  assert.notEqual(await ticket.locator('.date').innerText(), before);
  assert.equal(await page.locator('.ref').innerText(), reference);

  await page.getByRole('link', { name: 'Cancel it' }).click();
  await says(page, 'Cancel your booking?');
  await page.getByRole('link', { name: 'Keep my time' }).click();
  await page.getByRole('link', { name: 'Cancel it' }).click();
  await page.getByLabel('The time does not suit me').check();
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await says(page, 'This booking is cancelled');
  assert.equal(await page.getByRole('link', { name: 'Move it' }).count(), 0);
}

test('a person on a phone books with a practitioner, mistypes the PIN, moves and cancels', async () => {
  await walk(await visitor({ viewport: PHONE }), true);
});

test('the same works with scripts off', async () => {
  await walk(await noScript({ viewport: PHONE }), false);
});

test('every page of the flow is accessible and has a drawing', async () => {
  const page = await visitor({ viewport: PHONE });
  const look = async (name) => {
    await screenshot(page, `booking-${name}`);
    await axe(page);
  };
  await page.goto(front());
  await look('services');
  await openTimes(page, 'Consultation');
  // Somebody who moves is shown the day of their booking: one with times left, however late it is today.
  await openDay(page, 3);
  await look('times');
  await page.locator('.times button').last().click();
  await says(page, 'Who is coming?');
  await look('details');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.locator('#phone-error').waitFor();
  await look('details-wrong');
  const phone = freshPhone();
  await fillDetails(page, { phone, name: freshName() });
  await page.getByRole('button', { name: 'Continue' }).click();
  await says(page, 'Enter the code');
  await look('pin');
  const pin = await pinFor(phone);
  await sendPin(page, otherPin(pin));
  await page.locator('#pin-error').waitFor();
  await look('pin-wrong');
  await sendPin(page, pin);
  await says(page, 'You are booked');
  await look('booked');
  await page.getByRole('link', { name: 'Move it' }).click();
  await look('move');
  await page.locator('.times button').last().click();
  await says(page, 'Move your booking?');
  await look('move-asked');
  await page.getByRole('link', { name: 'Keep my time' }).click();
  await page.getByRole('link', { name: 'Cancel it' }).click();
  await look('cancel');
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await says(page, 'This booking is cancelled');
  await look('cancelled');
});

test('anyone is offered first, and the first free time is taken with one press', async () => {
  const page = await visitor({ viewport: PHONE });
  await openTimes(page, 'Follow-up');
  assert.equal(await page.getByLabel('With').inputValue(), '');
  await page.getByRole('button', { name: 'Take it' }).click();
  await says(page, 'Who is coming?');
});

test('a time is kept while the details are typed, and the page counts down', async () => {
  const page = await visitor({ viewport: PHONE });
  await openTimes(page, 'Consultation');
  await page.locator('.times button').last().click();
  const left = page.locator('[data-left]');
  await left.filter({ hasText: /^Kept for you for [45]:\d\d$/ }).waitFor();
  const before = await left.innerText();
  await page.waitForFunction((was) => document.querySelector('[data-left]').textContent !== was, before);
});

test('wrong details are refused beside their fields and nothing typed is lost', async () => {
  const page = await visitor({ viewport: PHONE });
  await openTimes(page, 'Consultation');
  await page.locator('.times button').last().click();
  await page.getByLabel('Cell number').fill('012 345 67');
  await page.getByLabel('Your name and surname').fill("Zoë O'Brien-Nkosi");
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.locator('#phone-error').waitFor();
  await page.locator('#notice-error').waitFor();
  assert.equal(await page.getByLabel('Cell number').inputValue(), '012 345 67');
  assert.equal(await page.getByLabel('Your name and surname').inputValue(), "Zoë O'Brien-Nkosi");
  assert.equal(await page.getByLabel('Cell number').getAttribute('aria-describedby'), 'phone-error phone-hint');
});

test('a number that cannot receive an SMS is refused', async () => {
  const page = await visitor({ viewport: PHONE });
  await openTimes(page, 'Consultation');
  await page.locator('.times button').last().click();
  await fillDetails(page, { phone: '021 555 0123', name: freshName() });
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.locator('#phone-error').filter({ hasText: 'cannot receive an SMS' }).waitFor();
});

test('five wrong codes end the code, and a new one can be asked for', async () => {
  const page = await visitor({ viewport: PHONE });
  await openTimes(page, 'Consultation');
  await page.locator('.times button').last().click();
  const phone = freshPhone();
  await fillDetails(page, { phone, name: freshName() });
  await page.getByRole('button', { name: 'Continue' }).click();
  await says(page, 'Enter the code');
  const wrong = otherPin(await pinFor(phone));
  for (let left = 4; left > 0; left -= 1) {
    await sendPin(page, wrong);
    await page.getByText(`${left} tries left`).waitFor();
  }
  await sendPin(page, wrong);
  await page.getByText('Too many wrong codes. Ask for a new one.').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Confirm' }).isDisabled());
});

test('a new code cannot be asked for before the pause is over, and the button says how long', async () => {
  const page = await visitor({ viewport: PHONE });
  await openTimes(page, 'Consultation');
  await page.locator('.times button').last().click();
  const phone = freshPhone();
  await fillDetails(page, { phone, name: freshName() });
  await page.getByRole('button', { name: 'Continue' }).click();
  const again = page.getByRole('button', { name: /Send again in \d+ s/ });
  await again.waitFor();
  assert.ok(await again.isDisabled());
  // A wrong code does not make the pause over: the button must not lead to a page of failure.
  await sendPin(page, otherPin(await pinFor(phone)));
  await page.locator('#pin-error').waitFor();
  await again.waitFor();
});

test('a booking is confirmed by SMS with its link, and is a file for a calendar', async () => {
  const page = await visitor({ viewport: PHONE });
  const booked = await bookOnline(page);
  const [sms] = await messagesTo(booked.phone);
  assert.ok(sms.includes(booked.link), 'the SMS has the link');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Add to calendar' }).click();
  const file = await download;
  assert.match(file.suggestedFilename(), /\.ics$/);
  const ics = readFileSync(await file.path(), 'utf8');
  assert.match(ics, /^BEGIN:VCALENDAR\r\n/);
  assert.ok(ics.includes(booked.date.replaceAll('-', '')) && ics.includes('BEGIN:VEVENT'));
  assert.ok(!ics.includes(booked.name), 'the file does not tell who is coming');
});

test('the link works in another browser, shows a first name only, and changes nothing by being opened', async () => {
  const booked = await bookOnline(await visitor({ viewport: PHONE }));
  const other = await visitor({ viewport: PHONE });
  for (const rest of ['', '/move', '/cancel', '']) await other.goto(`${booked.link}${rest}`);
  await says(other, 'Your booking');
  await other.getByRole('link', { name: 'Move it' }).waitFor();
  const source = await other.content();
  assert.ok(source.includes('Lindiwe') && !source.includes(booked.name.split(' ')[1]), 'first name only');
  assert.ok(!source.replace(/\s/g, '').includes(booked.phone.replace(/\s/g, '')), 'no phone number');
});

test('a time that someone else holds leads to the nearest free ones', async () => {
  const [mine, theirs] = [await visitor({ viewport: PHONE }), await visitor({ viewport: PHONE })];
  for (const page of [mine, theirs]) {
    await openTimes(page, 'Follow-up');
    await choose(page, 1);
    await openDay(page, 8);
  }
  const words = await mine.locator('.times button').nth(4).innerText();
  await take(theirs, words);
  await says(theirs, 'Who is coming?');
  await take(mine, words);
  await says(mine, 'That time has just gone');
  assert.ok((await mine.locator('.pick button').count()) > 1);
  await screenshot(mine, 'booking-lost');
  await axe(mine);
  await mine.locator('.pick button').first().click();
  await says(mine, 'Who is coming?');
});

test('a time lost after the details were typed costs one more press, not the typing', async () => {
  const mine = await visitor({ viewport: PHONE });
  await openTimes(mine, 'Consultation');
  await choose(mine, 3);
  await openDay(mine, 9);
  const times = mine.url();
  const words = await mine.locator('.times button').first().innerText();
  await take(mine, words);
  const [phone, name] = [freshPhone(), freshName()];
  await fillDetails(mine, { phone, name });
  // In another tab the same person looks at another time, which gives the first one back.
  const tab = await mine.context().newPage();
  await tab.goto(times);
  await tab.locator('.times button').last().click();
  await says(tab, 'Who is coming?');
  const theirs = await visitor({ viewport: PHONE });
  await theirs.goto(times);
  await take(theirs, words);
  await says(theirs, 'Who is coming?');

  await mine.getByRole('button', { name: 'Continue' }).click();
  await says(mine, 'Enter the code');
  await sendPin(mine, await pinFor(phone));
  await says(mine, 'That time has just gone');
  await mine.locator('.pick button').first().click();
  await says(mine, 'You are booked');
  assert.match(await mine.locator('.ticket').innerText(), /Lindiwe/);
});

test('sending the code twice books once, and both answers are the booking', async () => {
  const page = await visitor({ viewport: PHONE });
  await openTimes(page, 'Consultation');
  await page.locator('.times button').last().click();
  const phone = freshPhone();
  await fillDetails(page, { phone, name: freshName() });
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Code of 6 digits').fill(await pinFor(phone));
  // Two presses, as without scripts: what the person sees is the second answer.
  const answers = await page.evaluate(async () => {
    const form = document.querySelector('#code');
    const send = async () => (await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) })).url;
    return [await send(), await send()];
  });
  assert.deepEqual(answers.map((url) => new URL(url).pathname.replace(/\/m\/.*/, '/m')), [front('/m'), front('/m')]);
  const confirmations = (await messagesTo(phone)).filter((text) => text.includes('/m/'));
  assert.equal(confirmations.length, 1);
});

test('the pages speak Afrikaans once it is chosen', async () => {
  const page = await visitor({ viewport: PHONE });
  await page.goto(front());
  await page.locator('header summary').click();
  await screenshot(page, 'booking-languages');
  await axe(page);
  await page.getByRole('link', { name: 'Afrikaans' }).click();
  await says(page, 'Wat het u nodig?');
  assert.equal(await page.locator('html').getAttribute('lang'), 'af');
  await page.locator('.pick a').first().click();
  await says(page, "Kies 'n tyd");
  await page.locator('.times button').last().click();
  await page.getByRole('button', { name: 'Gaan voort' }).waitFor();
  await screenshot(page, 'booking-afrikaans');
  await axe(page);
});

test('choosing a language stays on the page, with what was chosen so far', async () => {
  const page = await visitor({ viewport: PHONE });
  await page.goto(front());
  await page.locator('.pick a').first().click();
  await page.locator('.times button').first().waitFor();
  const before = new URL(page.url());
  await page.locator('header summary').click();
  await page.getByRole('link', { name: 'Afrikaans' }).click();
  await says(page, "Kies 'n tyd");
  const after = new URL(page.url());
  assert.equal(after.pathname, before.pathname);
  assert.equal(after.searchParams.get('service'), before.searchParams.get('service'));
});

test('complaints are in Afrikaans as well', async () => {
  const page = await visitor({ viewport: PHONE });
  await page.goto(front('?lang=af'));
  await page.locator('.pick a').first().click();
  await page.locator('.times button').last().click();
  await page.getByRole('button', { name: 'Gaan voort' }).click();
  await page.locator('#phone-error').waitFor();
  const main = await page.locator('main').innerText();
  for (const english of ['Please look at these', 'Type a telephone number', 'Type a name']) assert.ok(!main.includes(english), english);
});

test('a service that does not exist leads to a page that says so', async () => {
  const page = await visitor({ viewport: PHONE });
  await page.goto(front('/times?service=00000000-0000-7000-8000-000000000000'));
  await says(page, 'There is nothing here');
  await axe(page);
});
