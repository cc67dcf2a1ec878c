// The script of the pages that read labels.

import { prepareScanFields } from "./scan/field.js";
import { prepareScanPage } from "./scan/page.js";

prepareScanPage();
prepareScanFields();
