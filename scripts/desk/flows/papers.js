// What is printed: each paper is shown as it is, printed, and saved; the dossier with its key.

import assert from 'node:assert/strict'
import {pathToFileURL} from 'node:url'
import fs from 'node:fs'
import path from 'node:path'

export default async ({unit, page}) => {
  await unit.enrolled(1)
  await page.logIn()
  await page.go('page.papers')
  await page.shot('papers')
  await page.axe()
  const open = (of, how = 'page.open') => page.click(page.say(of) + ': ' + page.say(how))
  const sheet = async () => (await page.raw.waitForSelector('iframe')).contentFrame()
  for (const [of, how] of [['page.sign', 'page.open'], ['page.notice', 'page.in-chinese'], ['page.notice', 'page.in-english'],
    ['page.commitment', 'page.in-english'], ['page.dossier', 'page.make-and-open']]) {
    await open(of, how)
    await page.button('page.print', {within: page.raw.getByRole('dialog')}).waitFor()
    assert.notEqual(await (await sheet()).evaluate(() => document.adoptedStyleSheets[0].cssRules.length), 0)
    await page.shot(of.slice(5) + how.slice(4), {dark: false})
    if (of === 'page.dossier') await page.axe()
    const saved = await page.saves(() => page.click('page.save-file'))
    assert.match(saved.name, /^(sign|notice|commitment|dossier)-\d{8}-\d{6}\.html$/)
    await printed(page, of.slice(5), saved.bytes)
    await page.click('page.close')
  }
  await page.see('page.verifying-key')

  // The button prints the paper, not the page.
  await open('page.sign')
  await page.button('page.print', {within: page.raw.getByRole('dialog')}).waitFor()
  await (await sheet()).evaluate(() => { window.print = () => { window.top.printed = document.title } })
  await page.click('page.print', {within: page.raw.getByRole('dialog')})
  assert.ok(await page.raw.evaluate(() => window.printed))
  await page.click('page.close')
  await open('page.report')
  await page.see('desk.no-report')
}

/** Prints what was saved, in a page of its own. */
async function printed(page, name, bytes) {
  if (!page.shots) return
  const file = path.join(page.shots, name + '.html')
  fs.writeFileSync(file, bytes)
  const other = await page.raw.context().newPage()
  await other.goto(pathToFileURL(file).href)
  await other.pdf({path: file.replace(/html$/, page.lang + '.pdf'), format: 'A4', printBackground: true, preferCSSPageSize: true})
  await other.close()
}
