// Two thousand people over a cable of 115,200 baud: from the log-in to their list, and a search.

export const options = {languages: ['en'], speed: 11520, seconds: 120}

export default async ({unit, page}) => many(unit, page, '115,200 baud')

export async function many(unit, page, cable) {
  await unit.people(2000)
  await page.connect()
  await page.raw.evaluate(() => { location.hash = '#/people' })
  await page.timed(`log-in to the list of 2,000 people, ${cable}`, async () => {
    await page.logIn('anna', {view: 'page.people'})
    await page.see(page.say('page.people-in-all', 2000))
  })
  await page.timed(`a search among 2,000 people, ${cable}`, async () => {
    await page.fill('page.search-people', '7-1')
    await page.keys('Enter')
    await page.see(/people fit “7-1”/)
  })
  await page.timed(`the list of 2,000 for cards in a row, ${cable}`, async () => {
    await page.go('page.cards-in-row')
    await page.button(/Also those/).check()
    await page.click('page.show-list')
    await page.see(page.say('page.cards-wanted', 2000), {seconds: 60})
  })
  await page.shot('list', {widths: [1280], dark: false})
}
