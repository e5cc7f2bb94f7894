# The throwaway server that every other test stands on, and that the extension
# insists on being preloaded.
# with-cluster: --conf 'work_mem = 5MB' --conf 'work_mem = 6MB'
use strict;
use warnings;

use AgentSandbox;
use Cwd 'abs_path';
use File::Basename;
use IPC::Run ();
use Test::More;
use Time::HiRes ();

my $with_cluster = dirname(abs_path(__FILE__)) . '/../with-cluster';

# Runs with-cluster: (exit status, standard output, standard error)
sub with_cluster
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ $with_cluster, @_ ], \'', \$out, \$err, IPC::Run::timeout(120));
	chomp $out;
	return ($? >> 8, $out, $err);
}

is(sql('SHOW work_mem'), '6MB', 'the last --conf wins');
is(sql('SELECT current_database()'), 'sandbox', 'the database is sandbox');
is(sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = current_database()"),
	'1', 'the worker runs in it');
is(sql('SHOW listen_addresses'), '', 'the server listens on its own socket only');

# status, environment, removal
my ($status, $out, $err) = with_cluster(
	'--database', 'other', '--no-extension', 'sh', '-c',
	'psql -XAtc "SELECT current_database(), current_user, count(*) FROM pg_extension"; echo "$PGHOST"; exit 7');
is($status, 7, 'the status is the command\'s');
my ($answer, $dir) = split /\n/, $out;
is($answer, 'other|postgres|1', '--database names it, --no-extension leaves it bare');
ok(!-e $dir && !-e dirname($dir), 'its files are removed');
isnt($dir, $ENV{PGHOST}, 'a server inside a server is another one');

is((with_cluster())[0], 2, 'no command is an error of use');
is((with_cluster('--wrong', 'true'))[0], 2, 'so is an unknown option');
($status, $out, $err) = with_cluster('--conf', 'no_such = 1', 'echo', 'ran');
is($status, 125, 'a server that does not start is told from a failed command');
like($err, qr/no_such/, 'the log says why');
is($out, '', 'the command is not run');

# a signal ends the command, the server and the files, at once
my $child = IPC::Run::start([ $with_cluster, '--no-extension', 'sh', '-c', 'echo "$PGHOST"; exec tail -f /dev/null' ],
	'<', \undef, '>', \my $home, IPC::Run::timeout(60));
$child->pump until $home =~ /\n/;
chomp $home;
my $pid = (split /\n/, do { local (@ARGV, $/) = "$home/data/postmaster.pid"; <> })[0];
my $before = Time::HiRes::time();
$child->signal('TERM');
$child->finish;
is($child->full_result >> 8, 143, 'SIGTERM is the status');
cmp_ok(Time::HiRes::time() - $before, '<', 30, 'it does not wait for the command');
ok(!-e dirname($home), 'its files are removed');
is(do { local (@ARGV, $/) = "/proc/$pid/cmdline"; -e $ARGV[0] ? <> // '' : '' }, '', 'its server has gone');

# authentication: the superuser on the socket, everybody else by password
sql("CREATE ROLE somebody LOGIN PASSWORD 'right'");
is(sql_as({ role => 'somebody', password => 'right' }, 'SELECT current_user'), 'somebody', 'a password opens');
refused({ role => 'somebody', password => 'wrong' }, 'SELECT 1', qr/password authentication failed/, 'a wrong one does not');

# not preloaded
my $create = q{psql -XAt -v VERBOSITY=verbose -c 'CREATE EXTENSION agentsandbox'};
($status, $out, $err) = with_cluster('--no-extension', '--conf', "shared_preload_libraries = ''", 'sh', '-c', $create);
isnt($status, 0, 'the extension is not created where the library is not preloaded');
like($err, qr/ERROR:  55000: /, 'with the SQLSTATE for that');
like($err, qr/HINT: .*shared_preload_libraries/s, 'and a hint what to do');

done_testing();
