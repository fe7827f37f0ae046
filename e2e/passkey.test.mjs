import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe } from './support/axe.mjs';
import { member, organisations, PHONE, screenshot, signIn, visitor } from './support/browser.mjs';

/** Gives a page, until it is left, a device with a passkey or none, which verifies its user unless told otherwise. */
async function device(page, { verified = true, credential = null } = {}) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: verified, automaticPresenceSimulation: true },
  });
  if (credential) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  const owned = { credential };
  for (const happened of ['credentialAdded', 'credentialAsserted']) {
    cdp.on(`WebAuthn.${happened}`, ({ credential }) => { owned.credential = credential; });
  }
  return owned;
}

/** Sends what was sent before once more, as the page would. */
const again = (page, path, body) => page.evaluate(async ([path, body]) => {
  const headers = { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded', 'X-CSRF-Token': document.querySelector('meta[name=csrf]').content };
  return (await fetch(path, { method: 'POST', headers, body })).status;
}, [path, body]);

test('a passkey is added, signs in without a password, as a second step, and proves who it is', async () => {
  const who = member('practitioner', 0, 2);
  const calendar = `/o/${organisations[0].slug}/calendar`;
  const page = await signIn('practitioner', 0, { fresh: true, nth: 2, viewport: PHONE });
  await page.goto('/account');
  const owned = await device(page);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('The passkey is added').waitFor();
  await page.getByText('You have no recovery codes').waitFor();
  await screenshot(page, 'account-passkey');
  await axe(page);
  const { credential } = owned;
  assert.ok(credential.isResidentCredential);

  // Without a password, on a page that knows nobody.
  const alone = await visitor({ viewport: PHONE });
  await alone.goto('/sign-in');
  await screenshot(alone, 'sign-in-passkey');
  await axe(alone);
  const phone = await device(alone, { credential });
  const sent = alone.waitForRequest((request) => request.url().endsWith('/sign-in/passkey') && request.method() === 'POST');
  await alone.getByRole('button', { name: 'Sign in with a passkey' }).click();
  const answer = (await sent).postData();
  await alone.waitForURL(`**${calendar}*`);

  // The same answer again opens nothing, in this browser or another.
  const thief = await visitor();
  await thief.goto('/sign-in');
  const plain = new URLSearchParams(answer);
  plain.delete('csrf');
  assert.equal(await again(thief, '/sign-in/passkey', `${plain}`), 422, 'nobody was asked');
  await again(thief, '/sign-in/passkey/ask', '');
  assert.equal(await again(thief, '/sign-in/passkey', `${plain}`), 422, 'nor to another question');
  await thief.goto(calendar);
  assert.equal(new URL(thief.url()).pathname, '/sign-in');

  // As the second step after the password.
  const second = await visitor({ viewport: PHONE });
  await second.goto('/sign-in');
  await second.getByLabel('E-mail address').fill(who.email);
  await second.getByLabel('Password').fill(who.password);
  await second.getByRole('button', { name: 'Sign in', exact: true }).click();
  await second.getByRole('button', { name: 'Use a passkey' }).waitFor();
  await screenshot(second, 'second-step-passkey');
  await axe(second);
  await device(second, { credential: phone.credential });
  await second.getByRole('button', { name: 'Use a passkey' }).click();
  await second.waitForURL(`**${calendar}*`);

  // Once more, to prove who sits here.
  await second.goto('/account/confirm?next=/organisations');
  await second.getByRole('button', { name: 'Use a passkey' }).click();
  await second.waitForURL('**/organisations');
});

test('a device that does not verify its user adds no passkey, and the page says so', async () => {
  const page = await signIn('practitioner', 0, { fresh: true, nth: 1 });
  await page.goto('/account');
  await device(page, { verified: false });
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('No passkey was used').waitFor();
  await page.reload();
  await page.getByText('Besides the password').waitFor();
});
