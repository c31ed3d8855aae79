// The same at the speed of USB, a million bytes a second each way.

import {many} from './people-many.js'

export const options = {languages: ['en'], speed: 1_000_000, seconds: 120}

export default async ({unit, page}) => many(unit, page, 'USB')
