import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe } from './support/axe.mjs';
import { DESK, PHONE, screenshot, signIn, visitor } from './support/browser.mjs';
import { bookAtDesk, bookOnline, boxOf, freshName, freshPhone, messagesTo, register, staff, weekday } from './support/day.mjs';

// Beyond 40 days ahead nothing of the demonstration is booked; each test has a day of its own.
const DAY = { form: 60, drag: 67, resize: 74, clash: 81, cancel: 88, states: 95, looks: 102, plain: 109, lanes: 116, stale: 123, found: 130, block: 137, away: -95, missed: -102, short: 151 };

/** The side panel of the chosen booking. */
const panel = (page) => page.locator('aside.panel');

async function centre(box) {
  await box.scrollIntoViewIfNeeded();
  const at = await box.boundingBox();
  return { ...at, x: at.x + at.width / 2, top: at.y + 8, bottom: at.y + at.height - 3 };
}

/** Pixels of so many minutes in the calendar. */
function pixels(page, minutes) {
  return page.locator('ol.slots[data-resource]').first().evaluate((slots, m) => (slots.getBoundingClientRect().height / 1440) * m, minutes);
}

async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y + 6, { steps: 2 });
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
}

test('reception sees an online booking appear without reloading', async () => {
  const [desk, phone] = [await signIn('reception'), await visitor({ viewport: PHONE })];
  const first = await bookOnline(phone);
  await desk.goto(staff(`/calendar?date=${first.date}`));
  await boxOf(desk, first.name).waitFor();
  await desk.evaluate(() => { globalThis.stayed = true; });
  const second = await bookOnline(phone, { nth: -2 });
  assert.equal(second.date, first.date);
  await boxOf(desk, second.name).waitFor({ timeout: 5000 });
  assert.ok(await desk.evaluate(() => globalThis.stayed), 'the page was not loaded again');
});

test('reception books by form, and the booking stands in its diary', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.form);
  const { name } = await bookAtDesk(page, { date, start: '09:20', diary: 1, minutes: 25, phone: freshPhone(), channel: 'By telephone' });
  assert.match(await panel(page).innerText(), /09:20 to 09:45/);
  assert.match(await panel(page).innerText(), /Booked by telephone/);
  const column = page.locator('section.col').nth(1);
  await column.locator('.ev').filter({ hasText: name }).waitFor();
});

test('a press on an empty place of the calendar opens the form for that time', async () => {
  const page = await signIn('reception');
  await page.goto(staff(`/calendar?date=${weekday(DAY.form)}`));
  const at = await page.locator('ol.slots[data-resource]').nth(2).boundingBox();
  await page.mouse.click(at.x + at.width / 2, at.y + (await pixels(page, 11 * 60 + 35)));
  await page.waitForURL(/\/bookings\/new/);
  assert.equal(await page.getByLabel('Start').inputValue(), '11:30');
  assert.equal(await page.getByLabel('With').evaluate((list) => list.selectedIndex), 2);
});

test('wrong input in the form is refused beside its field, and what was typed is kept', async () => {
  const page = await signIn('reception');
  await page.goto(staff(`/bookings/new?date=${weekday(DAY.form)}`));
  await page.getByLabel('Name', { exact: true }).fill('Nomsa');
  await page.getByLabel('Phone (optional)').fill('12');
  await page.getByLabel('Start').fill('25:90');
  await page.getByRole('button', { name: /^Book/ }).click();
  await page.locator('#start-error').waitFor();
  await page.locator('#phone-error').waitFor();
  assert.equal(await page.getByLabel('Start').inputValue(), '25:90');
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Nomsa');
  await screenshot(page, 'calendar-form-wrong');
  await axe(page);
});

test('a booking is dragged to another time and diary, and is still there after reloading', async () => {
  const page = await signIn('reception');
  const { name } = await bookAtDesk(page, { date: weekday(DAY.drag), start: '10:00', diary: 0, minutes: 30 });
  const box = boxOf(page, name);
  const from = await centre(box);
  const column = await page.locator('section.col').nth(2).boundingBox();
  await drag(page, { x: from.x, y: from.top }, { x: column.x + column.width / 2, y: from.top + (await pixels(page, 60)) });
  await page.getByText(/Now at 11:00/).waitFor();
  await page.reload();
  await page.locator('section.col').nth(2).locator('.ev').filter({ hasText: name }).waitFor();
  assert.match(await panel(page).innerText(), /11:00 to 11:30/);
});

test('a drag keeps minutes that are not drawn in full, and a short booking stays short', async () => {
  const page = await signIn('reception');
  const { name } = await bookAtDesk(page, { date: weekday(DAY.drag), start: '08:07', diary: 1, minutes: 7 });
  const from = await centre(boxOf(page, name));
  await drag(page, { x: from.x, y: from.top - 4 }, { x: from.x, y: from.top - 4 + (await pixels(page, 60)) });
  await page.getByText(/Now at 09:07/).waitFor();
  await page.reload();
  assert.match(await panel(page).innerText(), /09:07 to 09:14/);
});

test('Escape during a drag leaves the booking where it was', async () => {
  const page = await signIn('reception');
  const { name } = await bookAtDesk(page, { date: weekday(DAY.drag), start: '14:00', diary: 1, minutes: 30 });
  const from = await centre(boxOf(page, name));
  await page.mouse.move(from.x, from.top);
  await page.mouse.down();
  await page.mouse.move(from.x, from.top + (await pixels(page, 45)), { steps: 5 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.waitForTimeout(500);
  await page.reload();
  assert.match(await panel(page).innerText(), /14:00 to 14:30/);
});

test('a booking is made longer at its lower edge', async () => {
  const page = await signIn('reception');
  const { name } = await bookAtDesk(page, { date: weekday(DAY.resize), start: '10:00', diary: 0, minutes: 30 });
  const from = await centre(boxOf(page, name));
  await drag(page, { x: from.x, y: from.bottom }, { x: from.x, y: from.bottom + (await pixels(page, 30)) });
  await page.getByText(/Now at 10:00/).waitFor();
  await page.reload();
  assert.match(await panel(page).innerText(), /10:00 to 11:00/);
});

test('a time that is taken is named in the form, and reception squeezes it in for a reason', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.clash);
  const { name } = await bookAtDesk(page, { date, start: '10:00', diary: 0, minutes: 30 });
  const second = freshName('Ayanda');
  await page.goto(staff(`/bookings/new?date=${date}`));
  await page.getByLabel('Name', { exact: true }).fill(second);
  await page.getByLabel('With').selectOption({ index: 0 });
  await page.getByLabel('Start').fill('10:15');
  await page.getByRole('button', { name: /^Book/ }).click();
  await page.getByRole('heading', { name: 'That time is taken' }).waitFor();
  await page.getByText(`10:00 to 10:30, ${name}`).waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), second);
  await screenshot(page, 'calendar-clash');
  await axe(page);
  await page.getByLabel('Squeeze it in because').fill('Came from far');
  await page.getByRole('button', { name: /^Book/ }).click();
  await page.getByText(`${second} is booked for`).waitFor();
  assert.match(await panel(page).innerText(), /Came from far/);
  await screenshot(page, 'calendar-overbooked');
});

test('a counter is told of a clash but is not offered what its role does not allow', async () => {
  const page = await signIn('counter', 1);
  const date = weekday(DAY.clash);
  const book = async (name, start) => {
    await page.goto(staff(`/bookings/new?date=${date}`, 1));
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Start').fill(start);
    await page.getByLabel('Minutes').fill('30');
    await page.getByRole('button', { name: /^Book/ }).click();
  };
  const name = freshName();
  await book(name, '12:00');
  await page.getByText(`${name} is booked for`).waitFor();
  await book(freshName(), '12:15');
  await page.getByText(`12:00 to 12:30, ${name}`).waitFor();
  assert.ok(!/squeeze/i.test(await page.locator('main').innerText()));
});

test('who drags a booking with a phone number is asked whether the person is told', async () => {
  const page = await signIn('reception');
  const phone = freshPhone();
  const { name } = await bookAtDesk(page, { date: weekday(DAY.drag), start: '08:30', diary: 3, minutes: 30, phone });
  const before = (await messagesTo(phone)).length;
  const down = async (minutes) => {
    const from = await centre(boxOf(page, name));
    await drag(page, { x: from.x, y: from.top }, { x: from.x, y: from.top + (await pixels(page, minutes)) });
  };
  await down(30);
  const asked = page.getByRole('dialog', { name: `Tell ${name}?` });
  await asked.waitFor();
  await screenshot(page, 'calendar-drag-tell');
  await axe(page);
  await page.keyboard.press('Escape');
  await asked.waitFor({ state: 'detached' });
  await down(30);
  await asked.getByRole('button', { name: 'Move without telling' }).click();
  await page.getByText(/Now at 09:00/).waitFor();
  assert.equal((await messagesTo(phone)).length, before);
  await down(30);
  await asked.getByRole('button', { name: 'Move and tell by SMS' }).click();
  await page.getByText(/Now at 09:30/).waitFor();
  const [told] = await messagesTo(phone);
  assert.match(told, /your booking is now .*09:30/);
});

test('a booking that was bound to the wrong file is taken off again', async () => {
  const page = await signIn('reception');
  const [surname, phone] = [freshName().split(' ')[1], freshPhone()];
  await register(page, { given: 'Thandi', surname, phone });
  await page.getByText('Registered as file').waitFor();
  const { name } = await bookAtDesk(page, { date: weekday(DAY.lanes), start: '15:00', diary: 2, phone });
  await panel(page).getByRole('button', { name: new RegExp(`^This is the one`) }).click();
  await panel(page).getByRole('link', { name: 'Contact details' }).waitFor();
  await panel(page).getByRole('button', { name: 'Not this person' }).click();
  await panel(page).getByRole('button', { name: new RegExp(`^This is the one`) }).waitFor();
  assert.match(await panel(page).innerText(), new RegExp(name));
});

test('a word about what was done is said once', async () => {
  const page = await signIn('reception');
  await bookAtDesk(page, { date: weekday(DAY.lanes), start: '10:00', diary: 0 });
  const word = page.locator('.flash');
  await page.goto(staff(`/calendar?date=${weekday(DAY.lanes)}&view=week`));
  assert.equal(await word.count(), 0, 'it was said on the page before');
});

test('the word is a line that can be closed, and leaves the calendar to be seen', async () => {
  const page = await signIn('reception');
  await bookAtDesk(page, { date: weekday(DAY.lanes), start: '11:00', diary: 0 });
  const word = page.locator('.flash');
  const box = await word.boundingBox();
  await screenshot(page, 'calendar-flash');
  assert.ok(box.height < 80, `it is ${box.height} px high`);
  const cal = await page.locator('#cal').boundingBox();
  assert.ok(cal.height > 500, `the calendar is ${cal.height} px high`);
  await word.getByRole('button', { name: 'Close' }).click();
  await word.waitFor({ state: 'detached' });
});

test('dragging onto a taken time says so and puts the booking back', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.clash);
  await bookAtDesk(page, { date, start: '14:00', diary: 1, minutes: 30 });
  const { name } = await bookAtDesk(page, { date, start: '15:00', diary: 1, minutes: 30 });
  const from = await centre(boxOf(page, name));
  await drag(page, { x: from.x, y: from.top }, { x: from.x, y: from.top - (await pixels(page, 60)) });
  await page.getByText(/That time is taken/).waitFor();
  const back = await boxOf(page, name).boundingBox();
  assert.ok(Math.abs(back.y + 8 - from.top) < 2, 'it is where it was');
  await page.reload();
  assert.match(await panel(page).innerText(), /15:00 to 15:30/);
});

test('a booking is moved by form', async () => {
  const page = await signIn('reception');
  const { name } = await bookAtDesk(page, { date: weekday(DAY.form), start: '14:00', diary: 3, minutes: 30 });
  await page.getByRole('link', { name: /Move or change/ }).click();
  await page.getByLabel('Start').fill('15:30');
  await page.getByRole('button', { name: /^Save/ }).click();
  await boxOf(page, name).waitFor();
  assert.match(await panel(page).innerText(), /15:30 to 16:00/);
});

test('of two people who change a booking, the second is told and overwrites nothing', async () => {
  const [one, two] = [await signIn('reception'), await signIn('administrator')];
  await bookAtDesk(one, { date: weekday(DAY.stale), start: '09:00', diary: 0, minutes: 30 });
  await one.getByRole('link', { name: /Move or change/ }).click();
  await one.getByLabel('Start').waitFor();
  await two.goto(one.url());
  await one.getByLabel('Start').fill('10:00');
  await one.getByRole('button', { name: /^Save/ }).click();
  await one.waitForURL(/\/calendar/);
  await two.getByLabel('Start').fill('11:00');
  await two.getByRole('button', { name: /^Save/ }).click();
  await two.getByRole('heading', { name: 'Someone else saved first' }).waitFor();
  await two.getByText('Start: they saved 10:00').waitFor();
  assert.equal(await two.getByLabel('Start').inputValue(), '11:00', 'what was typed stays');
  await screenshot(two, 'calendar-stale');
  await axe(two);
  await one.reload();
  assert.match(await panel(one).innerText(), /10:00 to 10:30/);
  await two.getByRole('button', { name: /^Save/ }).click();
  await two.waitForURL(/\/calendar/);
  assert.match(await panel(two).innerText(), /11:00 to 11:30/);
});

test('cancelling asks for a reason, tells the person and frees the time', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.cancel);
  const { name, phone } = await bookAtDesk(page, { date, start: '10:00', diary: 0, phone: freshPhone() });
  await panel(page).getByRole('link', { name: 'Cancel', exact: true }).click();
  await page.getByRole('heading', { name: `Cancel ${name}` }).waitFor();
  await screenshot(page, 'calendar-cancel');
  await axe(page);
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.locator('#reason-error').waitFor();
  await axe(page);
  await page.getByLabel('Another reason', { exact: true }).check();
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.locator('#words-error').waitFor();
  await page.getByLabel('The person asked').check();
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.getByText(`${name} on`).filter({ hasText: 'is cancelled. The time is free again.' }).waitFor();
  assert.equal(await boxOf(page, name).count(), 0);
  await screenshot(page, 'calendar-cancelled');
  assert.ok((await page.locator('.flash').boundingBox()).height < 80, 'the word is a line without a panel as well');
  assert.match((await messagesTo(phone))[0], /cancel/i);
  await bookAtDesk(page, { date, start: '10:00', diary: 0 });
});

test('a booking arrives, is called in and done, each with one press', async () => {
  const page = await signIn('reception');
  await bookAtDesk(page, { date: weekday(DAY.states), start: '10:00', diary: 0 });
  for (const step of ['Arrived', 'Call in', 'Done']) {
    await panel(page).getByRole('button', { name: new RegExp(`^${step}`) }).click();
    await panel(page).getByRole('button', { name: new RegExp(`^${step}`) }).waitFor({ state: 'detached' });
  }
  const story = await panel(page).innerText();
  for (const word of ['Arrived', 'Called in', 'Done']) assert.ok(story.includes(word), word);
  // The wrong button is taken back.
  await panel(page).getByRole('button', { name: 'Not done yet' }).click();
  await panel(page).getByRole('button', { name: /^Done/ }).waitFor();
});

test('ten minutes beside ten minutes are large enough for a thumb', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.short);
  for (const start of ['08:50', '09:00', '09:10']) await bookAtDesk(page, { date, start, diary: 0, service: 'Follow-up, 10 min' });
  await bookAtDesk(page, { date, start: '09:20', diary: 0, minutes: 30 });
  await page.goto(staff(`/calendar?date=${date}`));
  await axe(page);
  // However far it is scrolled: what is cut at the edge is no smaller for that.
  for (const top of [136, 152, 172]) {
    await page.evaluate((top) => { document.querySelector('#cal').scrollTop = top; }, top);
    const heights = await page.locator('.ev>a').evaluateAll((links) => links.map((a) => a.getBoundingClientRect().height));
    assert.ok(heights.every((height) => height >= 24), `${heights}`);
    await axe(page);
  }
});

test('somebody who did not come is marked, and may come after all', async () => {
  const page = await signIn('reception');
  await bookAtDesk(page, { date: weekday(DAY.states), start: '11:00', diary: 0 });
  // They may still come.
  assert.equal(await panel(page).getByRole('button', { name: /^Did not come/ }).count(), 0);
  await bookAtDesk(page, { date: weekday(DAY.missed), start: '11:00', diary: 0 });
  await panel(page).getByRole('button', { name: /^Did not come/ }).click();
  await panel(page).locator('.tag.bad').waitFor();
  await panel(page).getByRole('button', { name: /^Came after all/ }).click();
  await panel(page).getByRole('button', { name: /^Call in/ }).waitFor();
});

test('somebody whose time was given away is squeezed in when they come after all', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.away);
  const { name } = await bookAtDesk(page, { date, start: '09:00', diary: 0 });
  await panel(page).getByRole('button', { name: /^Did not come/ }).click();
  await panel(page).locator('.tag.bad').waitFor();
  const other = await bookAtDesk(page, { date, start: '09:00', diary: 0 });
  await page.goto(staff(`/calendar?date=${date}`));
  await boxOf(page, name).click();
  await panel(page).getByRole('button', { name: /^Came after all/ }).click();
  await page.getByRole('heading', { name: /was given away/ }).waitFor();
  await page.getByText(other.name).waitFor();
  await screenshot(page, 'calendar-given-away');
  await axe(page);
  await page.getByLabel('Squeeze it in because').fill('Came a little late');
  await page.getByRole('button', { name: 'Squeeze it in' }).click();
  await panel(page).getByRole('button', { name: /^Call in/ }).waitFor();
});

test('whoever is on file is found while the name is typed, and chosen', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.found);
  const surname = freshName().split(' ')[1];
  await register(page, { given: 'Thabo', surname, phone: freshPhone(), born: '1984-06-02' });
  await page.getByText(/Registered as file/).waitFor();
  await page.goto(staff(`/bookings/new?date=${date}`));
  await page.getByLabel('Start').fill('10:20');
  await page.getByLabel('Name', { exact: true }).pressSequentially(surname.slice(0, 5), { delay: 30 });
  const found = page.locator('#matches li').filter({ hasText: surname });
  await found.waitFor();
  await screenshot(page, 'calendar-form-found');
  await axe(page);
  await page.setViewportSize(PHONE);
  await screenshot(page, 'calendar-form-found-phone');
  await page.setViewportSize(DESK);
  await found.getByRole('button', { name: /This is the one/ }).click();
  await page.getByText('On file').waitFor();
  assert.equal(await page.getByLabel('Start').inputValue(), '10:20', 'what was typed is kept');
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), `Thabo ${surname}`);
  await screenshot(page, 'calendar-form-chosen');
  await axe(page);
  await page.getByRole('button', { name: /^Book/ }).last().click();
  await panel(page).getByRole('link', { name: 'Contact details' }).waitFor();
  assert.match(await panel(page).innerText(), new RegExp(`\\d+, Thabo ${surname}`));
});

test('Enter in the name books and does not look up', async () => {
  const page = await signIn('reception');
  await page.goto(staff(`/bookings/new?date=${weekday(DAY.found)}`));
  await page.getByLabel('Start').fill('14:40');
  const name = freshName('Naledi');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Name', { exact: true }).press('Enter');
  await panel(page).getByRole('heading', { name }).waitFor();
});

test('a booking from another phone is bound to the file that reception finds', async () => {
  const page = await signIn('reception');
  const surname = freshName().split(' ')[1];
  await register(page, { given: 'Palesa', surname, phone: freshPhone() });
  await page.getByText(/Registered as file/).waitFor();
  await bookAtDesk(page, { date: weekday(DAY.found), start: '11:00', diary: 1, name: `Palesa ${surname}`, phone: freshPhone() });
  await panel(page).getByRole('link', { name: 'Find on file' }).click();
  await page.getByRole('heading', { name: /^Who is/ }).waitFor();
  await screenshot(page, 'booking-who');
  await axe(page);
  await page.getByRole('button', { name: new RegExp(`This is the one.*Palesa ${surname}`) }).click();
  await panel(page).getByRole('link', { name: 'Contact details' }).waitFor();
});

test('time is blocked from the calendar, stands in it, and is given back', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.block);
  const { name } = await bookAtDesk(page, { date, start: '13:20', diary: 0 });
  await page.goto(staff(`/calendar?date=${date}`));
  await page.getByRole('link', { name: /^Block time/ }).click();
  await page.getByLabel('From').fill('13:00');
  await page.getByLabel('To', { exact: true }).fill('14:00');
  await page.getByLabel('Why').fill(' ');
  await page.getByRole('button', { name: /^Block/ }).click();
  await page.locator('#reason-error').waitFor();
  await page.getByLabel('Why').fill('Staff meeting');
  await page.getByRole('button', { name: /^Block/ }).click();
  await page.getByRole('heading', { name: 'People are booked then' }).waitFor();
  await page.getByText(name).waitFor();
  await screenshot(page, 'block-people');
  await axe(page);
  await page.getByLabel('Block it all the same').check();
  await page.getByRole('button', { name: /^Block/ }).click();
  const box = page.locator('.ev.is-block').filter({ hasText: 'Staff meeting' });
  await box.waitFor();
  assert.ok(await box.evaluate((b) => b.getBoundingClientRect().top < innerHeight), 'what was blocked stands in sight');
  await screenshot(page, 'calendar-blocked');
  await axe(page);
  await page.goto(staff(`/calendar?date=${date}&view=week&r=all`));
  await page.locator('.wk.is-block').filter({ hasText: 'Staff meeting' }).waitFor();
  await screenshot(page, 'calendar-blocked-week');
  await page.goto(staff(`/calendar?date=${date}`));
  await box.click();
  await page.getByRole('heading', { name: 'Staff meeting' }).waitFor();
  await screenshot(page, 'blocked');
  await axe(page);
  await page.getByRole('button', { name: 'Give the time back' }).click();
  await page.getByText('can be booked again').waitFor();
  assert.equal(await page.locator('.ev.is-block').count(), 0);
});

test('the calendar is narrowed to a service and a state, and says so', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.block);
  const { name } = await bookAtDesk(page, { date, start: '15:00', diary: 2 });
  await page.goto(staff(`/calendar?date=${date}`));
  await page.getByText(/^Show: everyone/).click();
  await screenshot(page, 'calendar-filter');
  await axe(page);
  await page.getByLabel('State').selectOption({ label: 'Done' });
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText(/^Show: done/).waitFor();
  assert.equal(await boxOf(page, name).count(), 0);
  await page.getByRole('link', { name: 'Later' }).click();
  await page.getByRole('link', { name: 'Show all' }).click();
  await page.getByText(/^Show: everyone/).waitFor();
});

test('somebody who walks in is waiting at once', async () => {
  const page = await signIn('reception');
  await bookAtDesk(page, { date: weekday(DAY.states), start: '12:00', diary: 1, channel: 'Walked in, is here now' });
  await panel(page).getByRole('button', { name: /^Call in/ }).waitFor();
});

test('day, week, list and form are accessible and have drawings', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.looks);
  const { name } = await bookAtDesk(page, { date, start: '10:00', diary: 0, phone: freshPhone() });
  await bookAtDesk(page, { date, start: '11:00', diary: 1, minutes: 5 });
  await page.goto(staff(`/calendar?date=${date}`));
  await boxOf(page, name).click();
  await panel(page).getByRole('heading', { name }).waitFor();
  await screenshot(page, 'calendar-day');
  await axe(page);
  await page.setViewportSize(PHONE);
  await screenshot(page, 'calendar-day-phone');
  await page.setViewportSize(DESK);
  await page.getByRole('link', { name: 'Week', exact: true }).click();
  await page.getByRole('rowheader').first().getByRole('link').click();
  await boxOf(page, name).waitFor();
  assert.ok((await page.locator('section.col').count()) >= 5);
  await screenshot(page, 'calendar-week');
  await axe(page);
  await page.getByRole('link', { name: 'List', exact: true }).click();
  await page.getByRole('row').filter({ hasText: name }).waitFor();
  await screenshot(page, 'day-list');
  await axe(page);
  await page.goto(staff(`/bookings/new?date=${date}`));
  await screenshot(page, 'calendar-form');
  await axe(page);
});

test('the day that the demonstration is busiest fits, light and dark', async () => {
  const page = await signIn('reception');
  await page.goto(staff(`/calendar?date=${weekday(1)}`));
  await page.locator('.ev').first().waitFor();
  await screenshot(page, 'calendar-busy');
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(page, 'calendar-busy-dark');
  await axe(page);
});

test('the week of everybody has a row for each diary, and leads to the week of one', async () => {
  const page = await signIn('reception');
  const { name } = await bookAtDesk(page, { date: weekday(DAY.looks), start: '16:00', diary: 1 });
  await page.goto(staff(`/calendar?date=${weekday(DAY.looks)}&view=week`));
  const line = page.locator('.wk').filter({ hasText: name });
  assert.match(await line.innerText(), /^16:00/);
  await screenshot(page, 'calendar-team-week');
  await axe(page);
  await line.getByRole('link').click();
  await page.getByRole('complementary').filter({ hasText: name }).waitFor();
  await screenshot(page, 'calendar-team-week-panel');
  await page.setViewportSize(PHONE);
  await screenshot(page, 'calendar-team-week-phone');
  await axe(page);
  await page.setViewportSize(DESK);
  await page.getByRole('rowheader').nth(1).getByRole('link').click();
  await boxOf(page, name).waitFor();
});

test('in the week of everybody a booking is dragged to another day and diary, and a cell takes a new one', async () => {
  const page = await signIn('reception');
  const date = weekday(DAY.looks);
  const { name } = await bookAtDesk(page, { date, start: '16:40', diary: 0 });
  await page.goto(staff(`/calendar?date=${date}&view=week`));
  const line = () => page.locator('.wk').filter({ hasText: name });
  const cell = page.locator('.team-week tbody tr').nth(2).locator('td').nth(0);
  const name2 = await page.getByRole('rowheader').nth(2).getByRole('link').innerText();
  await line().scrollIntoViewIfNeeded();
  await centre(cell);
  await drag(page, await centre(line()), await cell.boundingBox().then((at) => ({ x: at.x + 20, y: at.y + 20 })));
  await page.getByText(`Now at 16:40, ${name2}`).waitFor();
  await cell.locator('.wk').filter({ hasText: name }).waitFor();
  await page.reload();
  await cell.locator('.wk').filter({ hasText: name }).waitFor();
  await cell.hover();
  await screenshot(page, 'calendar-team-week-cell');
  const day = await page.locator('.team-week tbody ol').first().getAttribute('data-date');
  await cell.getByRole('link', { name: /^New booking, / }).click();
  await page.waitForURL(/bookings\/new/);
  assert.equal(await page.getByLabel('Date', { exact: true }).inputValue(), day);
});

test('the week shows another diary when it is chosen', async () => {
  const page = await signIn('reception');
  const { name } = await bookAtDesk(page, { date: weekday(DAY.looks), start: '13:00', diary: 2 });
  await page.goto(staff(`/calendar?date=${weekday(DAY.looks)}&view=week`));
  assert.equal(await boxOf(page, name).count(), 0);
  await page.locator('summary').filter({ hasText: 'Show:' }).click();
  await page.getByLabel('Diary').selectOption({ index: 3 });
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await boxOf(page, name).waitFor();
  await page.getByRole('link', { name: 'Week', exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Week', exact: true }).getAttribute('aria-current'), 'page');
});

test('the frequent acts have keys', async () => {
  const page = await signIn('reception');
  const home = staff(`/calendar?date=${weekday(DAY.looks)}`);
  const at = async (keys, url) => {
    await page.goto(home);
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForURL(url);
  };
  await at(['n'], /\/bookings\/new/);
  await at(['g', 'p'], /\/patients$/);
  await at(['g', 'd'], /\/day$/);
  await at(['w'], /view=week/);
  await at(['l'], /\/day\?/);
  await at(['k'], (url) => url.searchParams.get('date') > weekday(DAY.looks));
  await at(['j'], (url) => url.searchParams.get('date') < weekday(DAY.looks));
  await page.goto(home);
  await page.keyboard.press('/');
  await page.keyboard.type('n');
  assert.equal(await page.locator('#q').inputValue(), 'n', 'typing in a field is no shortcut');
  await page.locator('main').focus();
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  await screenshot(page, 'shortcuts');
  await axe(page);
  await page.getByLabel(/Turn single-key shortcuts off/).check();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('n');
  await page.waitForTimeout(300);
  assert.match(page.url(), /\/calendar/);
});

test('the keys of a booking, a file and a form do what they say', async () => {
  const page = await signIn('practitioner');
  const date = weekday(DAY.missed);
  await page.goto(staff(`/bookings/new?date=${date}`));
  const name = freshName('Vusi');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Start').fill('07:40');
  await page.keyboard.press('Control+Enter');
  await page.getByText(`${name} is booked for`).waitFor();
  const booked = page.url();
  const press = async (key, there) => {
    await page.locator('main').focus();
    await page.keyboard.press(key);
    await there();
  };
  await press('m', () => page.waitForURL(/\/bookings\/[0-9a-f-]{36}$/));
  await page.goto(booked);
  await press('x', () => panel(page).getByRole('button', { name: /^Came after all/ }).waitFor());
  await press('a', () => panel(page).getByRole('button', { name: /^Call in/ }).waitFor());
  await press('c', () => panel(page).getByRole('button', { name: /^Call in/ }).waitFor({ state: 'detached' }));
  await press('r', () => page.waitForURL(/\/patients\/new/));
  await page.getByLabel('Document').selectOption({ label: 'None, or not known' });
  await page.getByLabel('The person has seen this notice').check();
  await page.keyboard.press('Control+Enter');
  await page.getByText('Registered as file').waitFor();
  const file = page.url();
  await press('e', () => page.waitForURL(/\/edit$/));
  await page.goto(file);
  await press('f', () => page.waitForURL(/\/file$/));
  await page.goto(file);
  await press('c', () => page.getByLabel('Subjective').waitFor());
  await page.getByLabel('Plan').fill('Rest');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/review$/);
  await page.keyboard.press('Control+Enter');
  await page.getByText('Signed, cannot be changed').waitFor();
});

test('booking, moving, arriving and cancelling work with scripts off', async () => {
  const page = await signIn('reception', 0, { javaScriptEnabled: false });
  const { name } = await bookAtDesk(page, { date: weekday(DAY.plain), start: '10:00', diary: 0 });
  await page.getByRole('link', { name: /Move or change/ }).click();
  await page.getByLabel('Start').fill('10:30');
  await page.getByRole('button', { name: /^Save/ }).click();
  await panel(page).getByText(/10:30 to/).waitFor();
  await panel(page).getByRole('button', { name: /^Arrived/ }).click();
  await panel(page).getByRole('button', { name: /^Call in/ }).waitFor();
  await panel(page).getByRole('link', { name: 'Cancel', exact: true }).click();
  await page.getByLabel('Booked twice').check();
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.getByText('The time is free again.').waitFor();
  assert.equal(await boxOf(page, name).count(), 0);
});

test('the calendar of the office shows a counter its own column only', async () => {
  const page = await signIn('counter', 1);
  assert.equal(await page.locator('section.col').count(), 1);
  await screenshot(page, 'office-calendar');
  await axe(page);
});
