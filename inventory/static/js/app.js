// The one script of every page: small modules, each bringing to life what its data attributes mark.

import { prepareAttachments } from "./attachments.js";
import { prepareCurrent } from "./current.js";
import { prepareDialogs } from "./dialogs.js";
import { prepareFilters } from "./filters.js";
import { prepareFocus } from "./focus.js";
import { beginForm, prepareForms } from "./forms.js";
import { prepareKeyboard } from "./keyboard.js";
import { prepareMenus } from "./menus.js";
import { preparePickers } from "./picker.js";
import { prepareProgress } from "./progress.js";
import { prepareRequests } from "./requests.js";
import { prepareReview } from "./review.js";
import { prepareSearch } from "./search.js";
import { prepareSelection } from "./selection.js";
import { prepareTheme } from "./theme.js";
import { prepareTopology } from "./topology.js";
import { prepareVoice } from "./voice.js";

for (const prepare of [
  prepareRequests, prepareTheme, prepareMenus, prepareDialogs, prepareForms, prepareFilters,
  prepareSelection, preparePickers, prepareAttachments, prepareProgress, prepareReview, prepareSearch, prepareTopology, prepareCurrent, prepareKeyboard, prepareFocus, prepareVoice, beginForm,
]) prepare();
