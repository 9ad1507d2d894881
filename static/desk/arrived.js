// The reading page comes after a save: drafts that were sent from this browser have arrived.
import { dropSent } from "./kept.js";

dropSent();
