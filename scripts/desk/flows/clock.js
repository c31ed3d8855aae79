// The clock: by hand, then far ahead from this computer; both are asked for once more.

import assert from 'node:assert/strict'

export default async ({unit, page}) => {
  await page.logIn()
  await page.go('page.clock')
  await page.see('console.from-bench')
  await page.shot('clock')
  await page.axe()
  const now = await unit.now()
  await page.fill('page.new-time', now.slice(0, 11) + '23:30')
  await page.click('page.set-by-hand')
  await page.see('page.is-it-right')
  await page.click('page.set-it')
  await page.see(/23:3\d$/)
  assert.match(await unit.now(), /T23:3/)

  await page.click('page.take-this-computers')
  await page.see('page.is-it-right')
  await page.shot('far-ahead')
  await page.axe()
  await page.click('page.set-it')
  await page.see('page.shows-the-same')
  await page.see('console.set-by-operator')
  assert.equal((await unit.now()).slice(0, 4), String(new Date().getFullYear()))
}
