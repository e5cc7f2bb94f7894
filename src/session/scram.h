/*
 * scram.h
 *	  The SCRAM-SHA-256 verifier that is stored of a password.
 */
#ifndef ASB_SCRAM_H
#define ASB_SCRAM_H

/*
 * The same as pg_be_scram_build_secret(), in a tenth of the time; palloc'd.
 * For passwords of ASCII letters and digits, which need no normalization.
 */
extern char *asb_scram_verifier(const char *password);

#endif							/* ASB_SCRAM_H */
