// What the flows of face entry share.

/** A person whose card 1 has opened the door, as the page names them in an address. */
export async function somebody(unit, lang, more = {}) {
  const id = await unit.person({name: lang === 'zh' ? '王芳' : 'Ada Archer', apartment: '3-101', lang, cards: [1], ...more})
  await unit.tap(1)
  await unit.recorded('decision', (e) => e.grant)
  return Buffer.from(id).toString('hex')
}

/** Shows a view by its address. */
export async function show(page, hash) {
  await page.raw.evaluate((to) => { location.hash = to }, hash)
  await page.settled()
}

/** Reads the notice, agrees, and taps the person's own card. */
export async function consents({unit, page}, card = 1) {
  await page.click('page.face-hear-more')
  await page.field('page.notice-read-by-them').check()
  await page.click('page.notice-yes')
  await page.see('desk.agree-with-card')
  await unit.tap(card)
  await page.see('page.consent-recorded')
}

/** Stands before the camera, steps out, and walks up. */
export async function isEnrolled({unit, page}) {
  await unit.face(1)
  await page.see('desk.step-out')
  await unit.face(0)
  await page.see('desk.walk-up')
  await unit.face(1)
  await page.see('page.face-stands')
  await unit.face(0)
}

/** Measures what a line carries: pictures while the camera is aimed, and an enrolment with them. */
export async function measure({unit, page, lang, cable}, line) {
  const person = await somebody(unit, lang)
  await page.logIn()
  await show(page, '#/camera')
  await page.click('page.camera-show')
  await unit.face(1)
  await page.see(new RegExp('^' + page.say('page.camera-good')))
  const rate = () => page.raw.locator('figure.camera').getAttribute('data-rate')
  const before = cable.received
  await new Promise((go) => setTimeout(go, 8000))
  page.figure(`pictures while aiming, ${line}`, await rate(), '1/s')
  page.figure(`bytes while aiming, ${line}`, Math.round((cable.received - before) / 8), '1/s')
  await page.click('page.camera-stop')
  await unit.face(0)
  await show(page, '#/face/' + person)
  await consents({unit, page})
  await page.click('page.enrol-begin')
  await page.see('desk.stand-before-camera')
  await page.timed(`an enrolment, from the first look to the template, ${line}`, () => isEnrolled({unit, page}))
}
