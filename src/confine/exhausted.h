/*
 * exhausted.h
 *	  How much of its memory a session that has none left reports to the log.
 */
#ifndef ASB_EXHAUSTED_H
#define ASB_EXHAUSTED_H

/* From here on, for the life of the process; more calls do nothing. */
extern void asb_exhausted_bind(void);

#endif							/* ASB_EXHAUSTED_H */
