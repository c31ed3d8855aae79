// Staff: an account with a card and a code for its envelope, shown once and printed; its role changed,
// blocked; one's own secret.

import assert from 'node:assert/strict'

export default async ({unit, page}) => {
  await page.logIn()
  await page.go('page.staff-accounts')
  await page.click('page.add-account')
  await page.fill('page.name-of-account', 'tom')
  await page.fill('page.new-secret', 'the horse of tom')
  await page.fill('page.secret-again', 'the horse of tim')
  const dialog = page.raw.getByRole('dialog')
  await page.click('page.add-account', {within: dialog})
  await page.see('page.secrets-differ')
  await page.fill('page.secret-again', 'the horse of tom')
  await page.axe()
  await page.click('page.add-account', {within: dialog})
  await page.see('page.account-added')
  await page.click(page.say('page.staff-card') + ': tom')
  await page.see('desk.hold-operator-card')
  await unit.tap(9)
  await page.see('page.has-card')
  await page.shot('accounts', {print: true})
  await page.axe()

  await page.click(page.say('page.envelope') + ': tom')
  await page.click('page.show-code')
  await page.see('page.envelope-text')
  const code = await page.raw.locator('.code').textContent()
  assert.match(code, /^[0-9a-z]{5}(-[0-9a-z]{5}){3}$/)
  await page.print('envelope')
  await page.axe()
  await page.click('page.sealed')
  await page.gone(code)

  await page.click(page.say('page.change-role') + ': tom')
  await page.raw.getByRole('checkbox').check()
  await page.click('page.change-role', {within: dialog})
  await page.see('page.account-blocked')
  await page.click('page.change-secret')
  await page.fill('page.present-secret', 'correct horse')
  await page.fill('page.new-secret', 'a better horse')
  await page.fill('page.secret-again', 'a better horse')
  await page.click('page.change-secret', {within: dialog})
  await page.heading('page.log-in-heading')
  await page.logIn('anna', {secret: 'a better horse', view: ''})
  await page.go('page.staff-accounts')
}
