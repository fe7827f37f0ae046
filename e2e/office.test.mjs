import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe } from './support/axe.mjs';
import { fillCode, fillDoor, member, organisations, PHONE, screenshot, signIn, visitor } from './support/browser.mjs';
import { freshName, front, messagesTo, openDay, openTimes, staff, today, weekday } from './support/day.mjs';

const PASSWORD = 'four unrelated green words';
const freshEmail = () => `q${Math.random().toString(36).slice(2, 10)}@colleagues.example`;

/** The tick box of a role. */
const box = (form, role) => form.locator(`input[name=role][value=${role}]`);

/** The owner invites; the link comes from the outbox. */
async function invite(owner, { name = freshName(), email = freshEmail(), roles = ['reception'], organisation = 0 } = {}) {
  await owner.goto(staff('/team', organisation));
  const form = owner.locator('#invite form');
  await form.getByLabel('Name', { exact: true }).fill(name);
  await form.getByLabel('E-mail address').fill(email);
  for (const role of roles) await box(form, role).check();
  await form.getByRole('button', { name: 'Send invitation' }).click();
  await owner.getByText(`${name} is invited.`).waitFor();
  const [mail] = await messagesTo(email, organisation);
  return { name, email, link: new URL(/https:\/\/\S+\/invitation\/\S+/.exec(mail)[0]).pathname };
}

/** Somebody new who has joined the practice, with their page. */
async function colleague(owner, roles = ['reception']) {
  const who = await invite(owner, { roles });
  const page = await visitor();
  await page.goto(who.link);
  await page.getByLabel('Choose a password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.waitForURL(/\/calendar/);
  return { ...who, page };
}

/** Opens the form of a member on the team page. */
async function openMember(page, name, organisation = 0) {
  await page.goto(staff('/team', organisation));
  const row = page.getByRole('row').filter({ hasText: name });
  await row.locator('summary').click();
  return row;
}

test('an invited colleague joins with a password of their own and works at once', async () => {
  const owner = await signIn('owner');
  const { name, email, page, link } = await colleague(owner);
  assert.match(await page.locator('nav.side').innerText(), new RegExp(`Reception · ${name}`));
  await page.goto(staff('/patients'));
  await page.getByRole('heading', { name: 'Patients', level: 1 }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^Team/ }).count(), 0);
  const again = await visitor();
  await again.goto(link);
  await again.getByText('This invitation was used, withdrawn, or is older than seven days.').waitFor();
  await again.goto('/sign-in');
  await fillDoor(again, { email, password: PASSWORD });
  await again.waitForURL(/\/calendar/);
});

test('the page of an invitation is accessible and refuses a short password beside the field', async () => {
  const owner = await signIn('owner');
  const { link } = await invite(owner);
  const page = await visitor({ viewport: PHONE });
  await page.goto(link);
  await screenshot(page, 'invitation');
  await axe(page);
  await page.locator('form').evaluate((form) => { form.noValidate = true; });
  await page.getByLabel('Choose a password').fill('short');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.locator('#password-error').waitFor();
  assert.equal(await page.getByLabel('Choose a password').inputValue(), '');
  await axe(page);
});

test('a wrong invitation is refused beside its fields, and a withdrawn one opens nothing', async () => {
  const owner = await signIn('owner');
  await owner.goto(staff('/team'));
  await screenshot(owner, 'team');
  await axe(owner);
  const form = owner.locator('#invite form');
  await form.evaluate((one) => { one.noValidate = true; });
  await form.getByLabel('Name', { exact: true }).fill('Karabo Q');
  await form.getByLabel('E-mail address').fill('not an address');
  await form.getByRole('button', { name: 'Send invitation' }).click();
  await owner.locator('#email-error').waitFor();
  await owner.locator('#role-error').waitFor();
  assert.equal(await owner.locator('#invite form').getByLabel('Name', { exact: true }).inputValue(), 'Karabo Q');
  await axe(owner);
  const { name, link } = await invite(owner);
  const line = owner.getByRole('listitem').filter({ hasText: name });
  await line.locator('summary').click();
  await line.getByRole('button', { name: 'Withdraw the invitation' }).click();
  await owner.getByText('The invitation is withdrawn.').waitFor();
  const page = await visitor();
  await page.goto(link);
  await page.getByText('This invitation was used, withdrawn, or is older than seven days.').waitFor();
});

test('a colleague ends a session elsewhere, and changes the password, which ends the others', async () => {
  const { email, page } = await colleague(await signIn('owner'));
  const elsewhere = async (password) => {
    const other = await visitor({ viewport: PHONE });
    await other.goto('/sign-in');
    await fillDoor(other, { email, password });
    await other.waitForURL(/\/calendar/);
    return other;
  };
  const [first, second] = [await elsewhere(PASSWORD), await elsewhere(PASSWORD)];
  await page.getByRole('link', { name: 'Your account' }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await screenshot(page, 'account');
  await axe(page);
  const list = page.getByRole('listitem').filter({ hasText: 'Chrome on' });
  assert.equal(await list.count(), 3);
  await page.getByRole('button', { name: /^End the session/ }).first().click();
  await page.getByText('One session is ended.').waitFor();
  assert.equal(await list.count(), 2);

  const change = async (old, fresh) => {
    await page.getByLabel('The password you have now').fill(old);
    await page.getByLabel('The new one').fill(fresh);
    await page.getByRole('button', { name: 'Change the password' }).click();
  };
  await change('not this one at all', 'five words nobody would guess');
  await page.locator('#old-error').waitFor();
  await screenshot(page, 'account-wrong');
  await axe(page);
  await change(PASSWORD, 'five words nobody would guess');
  await page.getByText('Your password is changed').waitFor();
  assert.equal(await list.count(), 1);
  for (const ended of [first, second]) {
    await ended.reload();
    await ended.waitForURL(/\/sign-in/);
  }
  await first.goto('/account');
  await first.waitForURL(/\/sign-in/);
  const again = await elsewhere('five words nobody would guess');
  await again.goto('/account');
  await screenshot(again, 'account-phone');
});

test("a change of roles holds from the colleague's next click", async () => {
  const owner = await signIn('owner');
  const { name, page } = await colleague(owner);
  await page.goto(staff('/team'));
  await page.getByRole('heading', { name: 'Your roles do not allow this' }).waitFor();
  let row = await openMember(owner, name);
  await screenshot(owner, 'team-member');
  await axe(owner);
  await box(row, 'administrator').check();
  await row.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Saved. It holds from their next click.').waitFor();
  await page.goto(staff('/team'));
  await page.getByText('need a second factor besides the password').waitFor();
  await screenshot(page, 'account-owes-factor');
  await axe(page);
  await page.getByRole('button', { name: 'Add an authenticator app' }).click();
  await fillCode(page, 'Code', 'Add the app');
  await page.goto(staff('/team'));
  await page.getByRole('heading', { name: 'Team', level: 1 }).waitFor();
  row = await openMember(owner, name);
  await row.getByLabel('Standing').selectOption({ label: 'No longer belongs here' });
  await row.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Saved. It holds from their next click.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});

test('the form of every member is whole on the screen, on a desk and on a phone', async () => {
  for (const viewport of [{ width: 1440, height: 900 }, PHONE]) {
    const page = await signIn('owner', 0, { viewport });
    await page.goto(staff('/team'));
    const row = page.getByRole('region', { name: 'Members' }).getByRole('row').last();
    await row.locator('summary').click();
    await screenshot(page, `team-form-${viewport.width}`);
    await row.locator('.pop').getByRole('button', { name: 'Save' }).evaluate((one) => one.scrollIntoView({ block: 'nearest' }));
    const cut = await row.locator('.pop').evaluate((pop) => {
      const [form, region] = [pop.getBoundingClientRect(), pop.closest('.scroll').getBoundingClientRect()];
      const hides = getComputedStyle(pop.closest('.scroll')).overflowY !== 'visible' && getComputedStyle(pop).position !== 'fixed';
      return { above: hides && form.top < region.top, below: hides && form.bottom > region.bottom + 1, left: form.left < 0, right: form.right > innerWidth };
    });
    assert.deepEqual(cut, { above: false, below: false, left: false, right: false }, `at ${viewport.width} px`);
  }
});

test('the last owner stays, and the page says why', async () => {
  const owner = await signIn('owner');
  const { name } = member('owner');
  let row = await openMember(owner, name);
  await row.getByText('The only owner. Make someone else an owner before changing this one.').waitFor();
  await box(row, 'owner').uncheck();
  await box(row, 'administrator').check();
  await row.getByRole('button', { name: 'Save' }).click();
  await owner.getByText(/only owner|last owner|at least one owner/i).first().waitFor();
  await screenshot(owner, 'team-last-owner');
  row = await openMember(owner, name);
  await row.getByLabel('Standing').selectOption({ label: 'No longer belongs here' });
  await row.getByRole('button', { name: 'Save' }).click();
  await owner.getByText(/only owner|last owner|at least one owner/i).first().waitFor();
  row = await openMember(owner, name);
  assert.ok(await box(row, 'owner').isChecked());
});

test('somebody without any role is not saved', async () => {
  const owner = await signIn('owner');
  const row = await openMember(owner, member('reception').name);
  await box(row, 'reception').uncheck();
  await row.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Choose at least one role.').first().waitFor();
  await owner.goto(staff('/team'));
  await owner.getByRole('row').filter({ hasText: member('reception').name }).getByText('Reception').first().waitFor();
});

test('an administrator neither makes nor unmakes an owner', async () => {
  const page = await signIn('administrator');
  await page.goto(staff('/team'));
  assert.equal(await box(page.locator('#invite form'), 'owner').count(), 0);
  const row = await openMember(page, member('owner').name);
  assert.ok(await box(row, 'owner').isDisabled());
  await box(row, 'administrator').check();
  await row.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.goto(staff('/team'));
  await page.getByRole('row').filter({ hasText: member('owner').name }).locator('td').first().getByText('Owner').waitFor();
});

test('the trail is filtered by person, act, time and patient', async () => {
  const owner = await signIn('owner');
  await owner.goto(staff('/trail'));
  await screenshot(owner, 'trail');
  await axe(owner);
  const { name } = member('owner');
  await owner.getByLabel('Person').selectOption({ label: name });
  await owner.getByLabel('Act').selectOption({ label: 'Looked at the audit trail' });
  await owner.getByRole('button', { name: 'Show' }).click();
  await owner.waitForURL(/action=read_trail/);
  const lines = await owner.locator('tbody tr').allInnerTexts();
  assert.ok(lines.length > 0);
  for (const line of lines) assert.ok(line.includes(name) && line.includes('Looked at the audit trail'), line);
  assert.equal(await owner.getByLabel('Person').evaluate((list) => list.selectedOptions[0].text), name);
  await owner.goto(staff('/trail?from=2020-01-01&to=2020-01-02'));
  await owner.getByRole('heading', { name: 'No entries' }).waitFor();
  await axe(owner);
  await owner.goto(staff(`/trail?action=insert&from=${today()}`));
  const patient = owner.locator('tbody a').first();
  const who = await patient.innerText();
  await patient.click();
  await owner.getByText('Only what concerns one patient.').waitFor();
  for (const other of await owner.locator('tbody tr').allInnerTexts()) assert.ok(other.includes(who) || /trail/.test(other), other);
});

test('a change of roles is on the trail in words, before and after', async () => {
  const owner = await signIn('owner');
  const { name } = await colleague(owner);
  const row = await openMember(owner, name);
  await box(row, 'administrator').check();
  await row.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Saved. It holds').waitFor();
  await owner.goto(staff('/trail?action=update'));
  const line = owner.locator('tbody tr').filter({ hasText: 'Changed a member of the team' }).first();
  assert.match(await line.innerText(), /reception[\s\S]*administrator/i);
});

test('reception sees its own acts only', async () => {
  const page = await signIn('reception');
  await page.goto(staff('/trail'));
  await page.getByText('Your own acts.').waitFor();
  for (const line of await page.locator('tbody th').allInnerTexts()) assert.ok(line.startsWith(member('reception').name), line);
});

/** What each settings page is saved with, and what it refuses beside which field. */
const settings = [
  { page: 'profile', right: { 'Practice number': '0123456' }, wrong: { 'Practice number': '12' }, beside: 'practice_number' },
  { page: 'places', right: { Name: 'Branch at the station', Address: '1 Station Road' }, wrong: { Name: 'Moon', 'Time zone': 'Moon/Crater' }, beside: 'time_zone', button: 'Add' },
  { page: 'diaries', right: { Name: 'Room 9' }, wrong: { Name: 'Room 10', 'Registration number': '???' }, beside: 'registration_number', button: 'Add' },
  { page: 'services', right: { Name: 'Ear test' }, wrong: { Name: 'Eye test', Minutes: '7' }, beside: 'minutes', button: 'Add' },
  { page: 'hours', right: { 'Saturday, open from': '08:00', 'Saturday, open to': '12:00' }, wrong: { 'Saturday, open from': '12:00', 'Saturday, open to': '08:00' } },
  { page: 'closures', right: { 'First day': weekday(200), Why: 'Stock-taking' }, wrong: { 'First day': weekday(201), 'Last day': weekday(190) }, beside: 'last', button: 'Add' },
  { page: 'booking', right: { 'Words at the top': 'Welcome to us' } },
];

for (const { page: name, right, wrong, beside, button = 'Save' } of settings) {
  test(`the settings page ${name} saves, and refuses wrong input beside its field`, async () => {
    const page = await signIn('owner');
    const send = async (values) => {
      await page.goto(staff(`/settings/${name}`));
      const form = page.locator('form[data-dirty]');
      await form.evaluate((one) => { one.noValidate = true; });
      for (const [label, value] of Object.entries(values)) await form.getByLabel(label, { exact: true }).first().fill(value);
      await form.getByRole('button', { name: new RegExp(`^${button}`) }).click();
    };
    await page.goto(staff(`/settings/${name}`));
    await screenshot(page, `settings-${name}`);
    await axe(page);
    await send(right);
    await page.locator('.flash').waitFor();
    await axe(page);
    if (!wrong) return;
    await send(wrong);
    const complaint = beside ? page.locator(`#${beside}-error`) : page.locator('td .error').first();
    await complaint.waitFor();
    const field = page.locator('[aria-invalid=true]').first();
    assert.ok(Object.values(wrong).includes(await field.inputValue()), 'what was typed stays');
    const described = await field.getAttribute('aria-describedby');
    assert.ok(described?.includes('error'), 'the complaint is tied to its field');
    await screenshot(page, `settings-${name}-wrong`);
    await axe(page);
  });
}

test('the list of what is missing, the outbox and the organisations are accessible', async () => {
  const page = await signIn('owner');
  for (const name of ['settings', 'outbox']) {
    await page.goto(staff(`/${name}`));
    await screenshot(page, name);
    await axe(page);
  }
  await page.goto('/organisations');
  await screenshot(page, 'organisations');
  await axe(page);
});

test('a closure takes its times off the booking page, and gives them back when it is removed', async () => {
  const [owner, person] = [await signIn('owner'), await visitor({ viewport: PHONE })];
  await openTimes(person, 'Consultation');
  const day = await openDay(person, 10);
  assert.ok((await person.locator('.times button').count()) > 0);
  await owner.goto(staff('/settings/closures'));
  await owner.getByLabel('Place').selectOption({ label: 'Main rooms' });
  await owner.getByLabel('First day').fill(day);
  await owner.getByLabel('Why').fill('No water');
  await owner.getByRole('button', { name: 'Add', exact: true }).click();
  await owner.getByText('Added. Bookings that were made before stay').waitFor();
  await person.reload();
  await screenshot(person, 'booking-closed-day');
  await person.getByText('Nothing is free on this day. Choose another.').waitFor();
  await axe(person);
  const line = owner.locator('li').filter({ hasText: 'No water' });
  await line.locator('summary').click();
  await line.getByRole('button', { name: 'Remove it' }).click();
  await owner.getByText('Removed.').waitFor();
  await person.reload();
  await person.locator('.times button').first().waitFor();
});

test('a page that takes no bookings says so, and does again once it is opened', async () => {
  const [owner, person] = [await signIn('owner', 1), await visitor({ viewport: PHONE })];
  // Without an information officer no page opens.
  await owner.goto(staff('/settings/profile', 1));
  const officer = owner.getByRole('group', { name: 'Information officer' });
  await officer.getByLabel('Name').fill('Nomvula Radebe');
  await officer.getByLabel('E-mail').fill('officer@office.example');
  await owner.getByRole('button', { name: /^Save/ }).click();
  await owner.locator('.flash').waitFor();
  const take = async (yes) => {
    await owner.goto(staff('/settings/booking', 1));
    await owner.getByLabel('Take bookings').setChecked(yes);
    await owner.getByRole('button', { name: /^Save/ }).click();
    await owner.locator('.flash, .errors').first().waitFor();
  };
  await take(false);
  await person.goto(front('', 1));
  await person.getByRole('heading', { name: 'Online booking is closed at the moment' }).waitFor();
  await screenshot(person, 'booking-closed');
  await axe(person);
  await take(true);
  await person.goto(front('', 1));
  await person.getByRole('heading', { name: 'What do you need?' }).waitFor();
});

test('a changed privacy notice becomes the next version', async () => {
  const [owner, person] = [await signIn('owner'), await visitor({ viewport: PHONE })];
  await owner.goto(staff('/settings/booking'));
  const before = Number(/Version (\d+) is in force/.exec(await owner.locator('main').innerText())[1]);
  await owner.getByLabel('Privacy notice').fill(`${await owner.getByLabel('Privacy notice').inputValue()}\nOne more sentence.`);
  await owner.getByRole('button', { name: /^Save/ }).click();
  await owner.getByText(`Version ${before + 1} is in force.`).waitFor();
  await openTimes(person, 'Consultation');
  await person.locator('.times button').last().click();
  await person.getByText(`Privacy notice, version ${before + 1}`).waitFor();
});

test('somebody who belongs to two organisations switches between them', async () => {
  const office = await signIn('owner', 1);
  const { email } = member('administrator');
  const { link } = await invite(office, { name: member('administrator').name, email, roles: ['manager'], organisation: 1 });
  const page = await visitor();
  await page.goto(link);
  await page.getByText('You have an account with this address.').waitFor();
  assert.equal(await page.getByLabel('Choose a password').count(), 0);
  await axe(page);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.waitForURL('**/sign-in');
  await fillDoor(page, member('administrator'));
  await page.waitForURL('**/organisations');
  await screenshot(page, 'organisations-two');
  await axe(page);
  for (const { name } of [organisations[1], organisations[0]]) {
    await page.getByRole('link', { name: new RegExp(name) }).click();
    await page.waitForURL(/\/calendar/);
    await page.locator('a.org').filter({ hasText: name }).click();
    await page.waitForURL('**/organisations');
  }
  await page.goto(staff('/team'));
  await page.getByRole('heading', { name: 'Team', level: 1 }).waitFor();
  await page.goto(staff('/team', 1));
  await page.getByRole('heading', { name: 'Team', level: 1 }).waitFor();
});

test('a colleague adds an authenticator app from a phone, keeps the codes, and signs in with one', async () => {
  const { email, password } = member('practitioner', 0, 3);
  const page = await signIn('practitioner', 0, { fresh: true, nth: 3, viewport: PHONE });
  await page.goto('/account');
  await screenshot(page, 'account-without-factor');
  await axe(page);
  await page.getByRole('button', { name: 'Add an authenticator app' }).click();
  await page.getByRole('heading', { name: 'Add an authenticator app' }).waitFor();
  await screenshot(page, 'add-app');
  await axe(page);
  await fillCode(page, 'Code', 'Add the app');
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await screenshot(page, 'recovery-codes');
  await axe(page);
  const codes = await page.locator('.codes code').allInnerTexts();
  assert.equal(codes.length, 10);
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await page.getByText('10 recovery codes are left').waitFor();
  await screenshot(page, 'account-with-factor');
  await axe(page);
  const other = await visitor({ viewport: PHONE });
  await other.goto('/sign-in');
  await other.getByLabel('E-mail address').fill(email);
  await other.getByLabel('Password').fill(password);
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.getByRole('heading', { name: 'Second step' }).waitFor();
  await screenshot(other, 'second-step');
  await axe(other);
  await other.getByLabel('Code', { exact: true }).fill('000000');
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.getByText('That is not a code that works now').first().waitFor();
  await screenshot(other, 'second-step-wrong');
  await axe(other);
  await other.getByLabel('Code', { exact: true }).fill(codes[0].toLowerCase());
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.waitForURL('**/calendar**');
  await other.getByText('9 are left').waitFor();
  await page.reload();
  await page.getByText('A recovery code was used').waitFor();
  await page.goto('/account/confirm');
  await screenshot(page, 'confirm-it-is-you');
  await axe(page);
});

test('an owner says who needs a second factor', async () => {
  const page = await signIn('owner', 1);
  await page.goto(`/o/${organisations[1].slug}/team`);
  await page.getByRole('radio', { name: 'Owners', exact: true }).check();
  await page.locator('form', { has: page.getByRole('radio', { name: 'Everybody' }) }).getByRole('button', { name: 'Save' }).click();
  if (await page.getByRole('heading', { name: 'Confirm that it is you' }).count()) await fillCode(page, 'Code', 'Confirm');
  await page.getByText('Whoever needs a second factor now').waitFor();
  await screenshot(page, 'team-second-factor');
  await page.getByRole('radio', { name: 'Owners, administrators and managers' }).check();
  await page.locator('form', { has: page.getByRole('radio', { name: 'Everybody' }) }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Whoever needs a second factor now').waitFor();
});

test('a lost second factor is turned off by a colleague, a day later, and its owner is told', async () => {
  const manager = await signIn('manager', 1, { viewport: PHONE });
  const owner = await signIn('owner', 1);
  await owner.goto(`/o/${organisations[1].slug}/team`);
  const row = owner.getByRole('region', { name: 'Members' }).getByRole('row', { name: member('manager', 1).name });
  await row.locator('summary').click();
  await screenshot(owner, 'team-lost-factor');
  await axe(owner);
  await row.getByRole('button', { name: /Turn it off/ }).click();
  if (await owner.getByRole('heading', { name: 'Confirm that it is you' }).count()) await fillCode(owner, 'Code', 'Confirm');
  await owner.getByText('is told, and signs in with the password alone from').waitFor();
  await manager.goto('/account');
  await manager.getByText('A colleague said that you lost your second factor. It is turned off').waitFor();
  await screenshot(manager, 'account-lost-factor');
  await axe(manager);
  await manager.getByRole('button', { name: 'Stop that' }).click();
  await manager.getByText('It is stopped').waitFor();
});

test('too many guesses are slowed, the page says what works meanwhile, and the address stays', async () => {
  const stranger = await visitor();
  const email = 'nobody@guesses.example';
  await stranger.goto('/sign-in');
  for (let guess = 0; guess < 6; guess += 1) await fillDoor(stranger, { email, password: `a guess ${guess}` });
  await stranger.getByText(/Too many passwords were tried.*Wait \d+ seconds/).first().waitFor();
  assert.equal(await stranger.getByLabel('E-mail address').inputValue(), email);
  await screenshot(stranger, 'sign-in-slowed');
  await axe(stranger);
});

test('a program is let in, its credential is shown once, and it is revoked', async () => {
  const owner = await signIn('owner', 0, { fresh: true });
  await owner.goto(staff('/settings/programs'));
  await owner.getByLabel('Name', { exact: true }).fill('Lab feed');
  await owner.getByRole('button', { name: 'Make a credential' }).click();
  await owner.getByText('Tick what the program is to do.').first().waitFor();
  await owner.getByLabel('Read and change the calendar and its bookings').check();
  await owner.getByRole('button', { name: 'Make a credential' }).click();
  await owner.getByText('It is not shown again').or(owner.getByText('it is not shown again')).first().waitFor();
  await screenshot(owner, 'program-made');
  await axe(owner);
  const credential = await owner.locator('code.break').innerText();
  assert.match(credential, /^aloe_[\w-]{43}$/);
  const answer = await owner.request.post('/api/token', { data: { credential } });
  assert.equal(answer.status(), 200);
  await owner.goto(staff('/settings/programs'));
  await owner.getByText('Used last').waitFor();
  await owner.locator('summary', { hasText: 'Revoke' }).first().click();
  await owner.getByRole('button', { name: 'Revoke it' }).click();
  await owner.getByText('Revoked. Its next request is refused.').waitFor();
  assert.equal((await owner.request.post('/api/token', { data: { credential } })).status(), 401);
  await owner.setViewportSize(PHONE);
  await screenshot(owner, 'programs-phone');
  await owner.goto(staff('/team'));
  await screenshot(owner, 'team-phone');
  await owner.setViewportSize({ width: 1280, height: 900 });
  await screenshot(owner, 'team-desk');
});
