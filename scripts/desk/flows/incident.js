// A suspected leak, from its opening to its end: written up in two languages, letters made and
// opened, people and authority told, closed.

import assert from 'node:assert/strict'

export default async ({unit, page, lang}) => {
  await unit.enrolled(1)
  await page.logIn()
  await page.go('page.incidents')
  await page.see('page.no-incidents')
  await page.click('page.open-incident')
  await page.fill('page.what-was-seen', lang === 'zh' ? '设备被打开，存储卡不见了' : 'the unit was open, its card gone')
  await page.click('page.open-incident', {within: page.raw.getByRole('dialog')})
  await page.see('page.tell-now')
  await page.shot('opened')
  await page.axe()

  // Letters need more than that.
  await page.click('page.make-letters')
  await page.see(/.+/, {within: page.raw.getByRole('alert')})
  await page.click('page.write-it')
  await page.fill('console.incident-effect', 'somebody may try to get in')
  await page.fill('console.incident-taken', 'all cards were changed')
  await page.see('page.draft-kept')
  await page.shot('written')
  await page.axe()
  await page.click('page.put-on-file')
  await page.see('all cards were changed')
  await page.click('page.make-letters')
  await page.click(page.say('page.letter-people-zh') + ': ' + page.say('page.open'))
  const letter = page.raw.frameLocator('iframe')
  await letter.getByText('all cards were changed').first().waitFor()
  await page.shot('letter')
  await page.axe()
  await page.click('page.close')

  // In this order it is closed, and not before.
  await page.click('page.close-incident')
  await page.click('page.close-incident', {within: page.raw.getByRole('dialog')})
  await page.see('desk.not-told-yet')
  await page.click('page.cancel')
  for (const sent of ['page.letter-sent', 'page.report-sent']) {
    await page.click(sent)
    await page.click('page.yes-sent')
    await page.gone('page.was-letter-sent')
  }
  await page.see('page.told-both')
  await page.click('page.close-incident')
  await page.click('page.close-incident', {within: page.raw.getByRole('dialog')})
  await page.gone('page.close-sure')
  await page.shot('closed', {print: true})
  await page.axe()
  assert.equal(await page.button('page.write-it').count(), 0)
  await page.go('page.incidents')
  await page.see('page.closed')
  await page.shot('list')
  await page.axe()
}
