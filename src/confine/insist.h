/*
 * insist.h
 *	  Makes a session that is told to stop look at it where it allocates.
 */
#ifndef ASB_INSIST_H
#define ASB_INSIST_H

/* From here on, for the life of the process; more calls do nothing. */
extern void asb_insist(void);

#endif							/* ASB_INSIST_H */
