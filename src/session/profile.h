/*
 * profile.h
 *	  A profile as the gates need it: one row of agentsandbox.profiles.
 */
#ifndef ASB_PROFILE_H
#define ASB_PROFILE_H

typedef struct AsbProfile
{
	Oid			role;			/* the profile's NOLOGIN role */
	int			connection_limit;	/* sessions per conversation */
	char	   *search_path;
} AsbProfile;

/* Reads a profile into the current memory context; error if there is none. */
extern void asb_profile_load(Oid role, AsbProfile *profile);

#endif							/* ASB_PROFILE_H */
