# Hazards of the server itself: each line of pg_hba.conf, each setting, the
# preloaded library; planted, found, and silent without.
# with-cluster: --conf "listen_addresses = '127.0.0.1'"
use strict;
use warnings;

use AgentSandbox;
use Test::More;

my $hba = "$ENV{PGDATA}/pg_hba.conf";
open my $in, '<', $hba or die "$hba: $!";
my $original = join '', <$in>;
close $in;

sub write_hba
{
	my ($line) = @_;
	open my $out, '>', $hba or die "$hba: $!";
	print $out $original, $line;
	close $out or die $!;
	return;
}

# What is found in the line that was added to pg_hba.conf
my $nlines = () = $original =~ /\n/g;
sub found
{
	return sql(sprintf q{SELECT string_agg(severity || ' ' || hazard, ', ') FROM agentsandbox.hazards() WHERE object = 'pg_hba.conf line %d'}, $nlines + 1);
}

is(sql(q{SELECT severity || ' ' || why FROM agentsandbox.hazards() WHERE object = 'pg_hba.conf line 1'}),
	'critical whoever can reach the server this way is any of these roles without a secret, superusers and conversations included: local all postgres trust',
	'trust on the local socket');
like(sql(q{SELECT fix FROM agentsandbox.hazards() WHERE object = 'pg_hba.conf line 1'}),
	qr/^SELECT pg_catalog.pg_reload_conf\(\); -- once you write scram-sha-256, or peer for a local line, in place of trust in line 1 of \Q$hba\E$/, 'its fix');
for my $case (
	[ 'local all all peer',                                '' ],
	[ 'host all all 127.0.0.1/32 scram-sha-256',           '' ],
	[ 'host all all 0.0.0.0/0 reject',                     '' ],
	[ 'host all all 127.0.0.1/32 trust',                   'critical hba_trust' ],
	[ 'host all all 10.0.0.0/8 ident map=x',               'high hba_ident' ],
	[ 'host all all 10.0.0.0/8 password',                  'high hba_cleartext' ],
	[ 'host all all 10.0.0.0/8 scram-sha-256',             'medium hba_unencrypted' ],
	[ 'hostnossl all all samenet md5',                     'medium hba_unencrypted' ],
	[ 'local all all peer map=agents',                     'low hba_peer_map' ],
	[ 'hostssl all all 10.0.0.0/8 scram-sha-256',          'high hba_error' ],	# ssl is off
	[ 'host all all 10.0.0.0/8 nonsense',                  'high hba_error' ])
{
	write_hba("$case->[0]\n");
	is(found(), $case->[1], $case->[0]);
}
write_hba('');

# What is found of a setting
sub of_setting
{
	my ($name) = @_;
	return sql(qq{SELECT coalesce(max(why || '; ' || fix), '') FROM agentsandbox.hazards() WHERE hazard = 'weak_setting' AND object = 'setting $name'});
}

my $weak = 'the setting weakens the server';
is(of_setting('fsync'), "$weak: off: a crash can lose or damage what was committed: calls, labels, sign-offs; ALTER SYSTEM SET fsync = 'on'; SELECT pg_catalog.pg_reload_conf();", 'fsync');
like(of_setting('data_checksums'), sql('SHOW data_checksums') eq 'on' ? qr/^$/ : qr/; -- with the server stopped: pg_checksums --enable$/,
	'data_checksums, which initdb turns on since 18');
like(of_setting('ssl'), qr/over a network/, 'ssl, where the server listens');
for my $case ([ 'zero_damaged_pages', 'on', 'off' ], [ 'log_min_messages', 'fatal', 'warning' ],
	[ 'password_encryption', 'md5', '"scram-sha-256"' ], [ 'session_replication_role', 'replica', 'origin' ])
{
	my ($name, $bad, $good) = @$case;
	is(of_setting($name), '', "$name: silent");
	sql("ALTER SYSTEM SET $name = $bad");
	sql('SELECT pg_reload_conf()');
	poll_is("SELECT setting FROM pg_settings WHERE name = '$name'", $bad, "$name is $bad");
	like(of_setting($name), qr/^\Q$weak: $bad\E: /, "$name: found");
	# what this session has SET hides nothing
	like(sql("SET $name TO $good; SELECT why FROM agentsandbox.hazards() WHERE object = 'setting $name'"), qr/: $bad: /, "$name: not hidden");
	my ($fix) = of_setting($name) =~ /; (ALTER SYSTEM.*)/;
	sql(join "\n", split /(?<=;) /, $fix);
	poll_is("SELECT count(*) FROM agentsandbox.hazards() WHERE object = 'setting $name'", '0', "$name: ended by its fix");
}

# a fresh connection each: the settings of the server alone
is(sql(q{SET zero_damaged_pages = on; SELECT count(*) FROM agentsandbox.hazards() WHERE object ~ 'zero_damaged_pages'}), '0', 'what a session sets for itself is no hazard of the server');

is(sql(q{SELECT count(*) FROM agentsandbox.hazards() WHERE hazard = 'library_not_preloaded'}), '0', 'preloaded');
sql('ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements');
system("$ENV{AGENTSANDBOX_PG_CTL} restart -s -w -m fast >/dev/null 2>&1") == 0 or die 'restart';
is(sql(q{SELECT object || ' ' || fix FROM agentsandbox.hazards() WHERE hazard = 'library_not_preloaded'}),
	'setting shared_preload_libraries ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements, agentsandbox; -- and restart the server',
	'not preloaded');
sql('ALTER SYSTEM RESET shared_preload_libraries');
system("$ENV{AGENTSANDBOX_PG_CTL} restart -s -w -m fast >/dev/null 2>&1") == 0 or die 'restart';
is(sql(q{SELECT count(*) FROM agentsandbox.hazards() WHERE hazard = 'library_not_preloaded'}), '0', 'preloaded again');
done_testing();
