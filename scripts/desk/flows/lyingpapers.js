// A unit that lies in its papers does no harm: nothing in them runs, nothing is loaded, nothing leads
// elsewhere, and such a file is not saved.

import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {liar, who} from '../harness/liar.js'

export const options = {languages: ['en']}

const paper = Buffer.from(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=https://elsewhere.example/"><title>x</title>
<style>h1 { color: rgb(1, 2, 3) } body { background: url(https://elsewhere.example/b.png) }</style></head>
<body onload="top.harmed = 1"><h1>The notice</h1><script>top.harmed = 2</script>
<img src="https://elsewhere.example/i.png" onerror="top.harmed = 3"><iframe src="https://elsewhere.example/"></iframe>
<a id="out" href="https://elsewhere.example/" target="_top">out</a>
<a id="runs" href="javascript:top.harmed = 4">runs</a>
<form action="https://elsewhere.example/"><button>go</button></form></body></html>`)

export default async ({page, cable}) => {
  cable.dial = liar(({method}) => ({
    'session.login': who, 'session.language': {},
    'law.page': {file: {name: '../../sign <b>.html'}},
    'file.read': {data: paper.toString('base64'), size: paper.length, end: true,
      sha256: createHash('sha256').update(paper).digest('hex')},
  })[method] ?? {error: {code: 1, message: 'no'}})
  await page.logIn()
  await page.go('page.papers')
  await page.click(page.say('page.sign') + ': ' + page.say('page.open'))
  await page.button('page.print', {within: page.raw.getByRole('dialog')}).waitFor()
  page.faults.length = 0 // the browser's console tells what it blocked
  const sheet = page.raw.frames().find((f) => f !== page.raw.mainFrame())
  assert.equal(await sheet.evaluate(() => getComputedStyle(document.querySelector('h1')).color), 'rgb(1, 2, 3)')
  await page.shot('shown', {dark: false})
  await page.click('page.save-file')
  await page.see('page.paper-strange')
  for (const way of ['button', '#runs', '#out']) {
    await sheet.click(way, {timeout: 2000})
    await page.raw.waitForTimeout(200)
  }
  await page.see('page.paper-strange') // the page is still there
  assert.equal(await page.raw.evaluate(() => window.harmed), undefined)
  assert.deepEqual(page.faults.filter((f) => !/console/.test(f) && !/a request/.test(f)), [])
  page.faults.length = 0
}
