// The impact assessment: written part by part, the cable pulled in the middle, then put on file.

import assert from 'node:assert/strict'
import {until} from '../harness/unit.js'

export const options = {seconds: 90}

const parts = {en: ['Residents who asked for it; a card opens too.', 'Nobody has to.', 'A photo might open.\nA leak.',
  'Liveness, and a card in doubt.'], zh: ['仅限自愿登记的住户，卡同样开门。', '不登记不受影响。', '照片冒充。\n数据泄露。', '活体检测，存疑时须刷卡。']}

export default async ({unit, page, lang}) => {
  await page.logIn()
  await page.go('page.assessment')
  await page.see('page.in-force')
  await page.shot('on-file', {print: true})
  await page.axe()
  await page.click('page.assess-anew')
  const text = (n) => page.raw.locator('textarea').nth(n)
  for (const n of [0, 1]) await text(n).fill(parts[lang][n])
  await page.see('page.draft-kept')
  await page.shot('draft')
  await page.axe()

  // The cable is pulled while the third part is typed: the unit has two, the page the third.
  await text(2).fill(parts[lang][2])
  await unit.pull()
  await page.see('page.ended-line')
  await unit.plug()
  await unit.listening()
  await page.heading('page.log-in-heading') // the page greets the unit by itself
  await page.logIn('anna', {view: 'page.assessment'})
  await until('the three parts', async () => await text(2).inputValue() === parts[lang][2])
  assert.equal(await text(1).inputValue(), parts[lang][1])

  // The page is closed and opened again: what the unit kept is there.
  await text(3).fill(parts[lang][3])
  await page.see('page.draft-kept')
  await page.raw.reload()
  await page.click('page.choose-port')
  await page.logIn('anna', {view: 'page.assessment'})
  await until('all four parts', async () => await text(3).inputValue() === parts[lang][3])

  // Nothing is filed that is not complete, and nothing without a yes.
  await page.fill('page.answers-for-it', '')
  await page.click('page.put-on-file')
  await page.see('page.needed') // at the field, which has the focus
  await page.shot('incomplete', {widths: [390], dark: false})
  await page.axe()
  await page.fill('page.answers-for-it', 'Li Mei, manager')
  await page.click('page.put-on-file')
  await page.see('page.assess-sure')
  await page.axe()
  await page.click('page.put-on-file', {within: page.raw.getByRole('dialog')})
  await page.see('page.in-force')
  await page.see('Li Mei, manager')
  await page.see(parts[lang][0])

  // A form that was filled in elsewhere.
  await page.click('page.assess-anew')
  const form = await page.saves(() => page.click('page.save-form'))
  const filled = String(form.bytes).replace('# 4 Measures / 保护措施\n', '# 4 Measures / 保护措施\nA stick.\n')
  await page.give('page.read-form', 'assessment.txt', filled)
  await until('the form is read', async () => await text(3).inputValue() === 'A stick.')
  await page.click('page.throw-away')
  await page.see(parts[lang][3])
}
