// Backup for a key that is made in the page: what it sealed, the program age opens. Then the check of
// every record, and a new root key.

import assert from 'node:assert/strict'

export default async ({unit, page}) => {
  await unit.enrolled(1)
  await page.logIn()
  await page.go('page.vault')
  const key = await page.saves(() => page.click('page.make-key'))
  assert.equal(key.name, 'backup-key.txt')
  const [secret] = String(key.bytes).match(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/m)
  await page.see('page.key-saved')
  const backup = await page.saves(() => page.click('page.back-up'))
  await page.see(backup.name)
  assert.ok(await unit.unseal(secret, backup.bytes) > 1000)
  await page.shot('backup')
  await page.axe()
  assert.ok(!(await page.raw.content()).includes(secret))

  await page.fill('page.backup-key', 'age1nonsense')
  await page.click('page.back-up')
  await page.see('page.no-age-key')

  await page.button('page.check-vault').last().click()
  await page.see('page.every-record-whole')
  await page.button('page.rotate').last().click()
  await page.fill('page.reason', 'a copy of the disk was found')
  await page.shot('rotate', {dark: false})
  await page.axe()
  await page.click('page.rotate-now')
  await page.see('page.rotated')
  await unit.recorded('keys rotated')
}
