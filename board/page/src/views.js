// @ts-check
// The views of the desk, in the order of the navigation. To add one: write view_NAME.js, import
// its View here and name it in the list; words and look as board/page/page.go says.

import {face} from "./view_face.js";
import {faces} from "./view_faces.js";
import {aiming} from "./view_camera.js";
import {assessment} from "./view_assessment.js";
import {doors} from "./view_doors.js";
import {clock} from "./view_clock.js";
import {files} from "./view_files.js";
import {filing} from "./view_filing.js";
import {incidents} from "./view_incidents.js";
import {law} from "./view_law.js";
import {papers} from "./view_papers.js";
import {proof} from "./view_proof.js";
import {requests} from "./view_requests.js";
import {staff} from "./view_staff.js";
import {install} from "./view_install.js";
import {entry} from "./view_entry.js";
import {hours} from "./view_hours.js";
import {lists} from "./view_lists.js";
import {today} from "./view_today.js";
import {people} from "./view_people.js";
import {cards} from "./view_cards.js";
import {leases} from "./view_leases.js";
import {visitors} from "./view_visitors.js";
import {update} from "./view_update.js";
import {vault} from "./view_vault.js";

/** @type {import("./types.d.ts").View[]} */
export const views = [
  today,
  doors,
  people,
  cards,
  leases,
  visitors,
  faces,
  face,
  aiming,
  law, assessment, incidents, requests, filing, papers,
  vault, proof, files, staff, clock, update,
  install,
  lists,
  hours,
  entry,
];
