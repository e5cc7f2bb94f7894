/*
 * look.h
 *	  What time has done to a call.
 */
#ifndef ASB_LOOK_H
#define ASB_LOOK_H

#include "rpc/row.h"

/*
 * Does to a call what is due, and has it found again in time.  False if
 * somebody is changing it right now.
 */
extern bool asb_look_at(Relation calls, AsbCall *call);

#endif							/* ASB_LOOK_H */
