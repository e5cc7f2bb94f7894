# What several TAP tests need: SQL as the superuser, as a conversation, as any
# role; opening conversations; waiting for an outcome by polling.  The server is
# the one test/with-cluster made.
#
#     use AgentSandbox;
#     sql("SELECT agentsandbox.create_profile('support')");
#     my $c = open_conversation('support', '{"rep": 3}');
#     is(sql_as($c, 'SELECT 1'), '1', 'it can speak');
#     refused($c, 'SELECT pg_sleep(1)', '42501', 'it cannot sleep');
#     poll_is('SELECT count(*) FROM t', '1', 'the row arrives');

package AgentSandbox;

use strict;
use warnings;
use Encode ();
use Exporter 'import';
use File::Basename ();
use File::Temp ();
use IPC::Run ();
use Test::More ();
use Time::HiRes ();

our @EXPORT = qw(conninfo psql sql sql_as refused open_conversation labels_of poll_is poll_until server_log
  postmaster_pid wait_for_server start_standby load_chinook);

# The connection string of a conversation (what open_conversation returned), of
# a hash with role and password, or of the superuser; a hash may have a dbname,
# too.  More keywords may follow.
sub conninfo
{
	my ($who, %more) = @_;
	my %key = (
		host => $ENV{PGHOST}, port => $ENV{PGPORT}, dbname => $who->{dbname} // $ENV{PGDATABASE},
		$who->{role} ? (user => $who->{role}, password => $who->{password}) : (user => $ENV{PGUSER}),
		%more);
	return join ' ', map { my $value = $key{$_}; $value =~ s/([\\'])/\\$1/g; "$_='$value'" } sort keys %key;
}

# Runs SQL through psql: (exit status, standard output, standard error), the
# errors with their SQLSTATE.  psql's own commands work.
sub psql
{
	my ($conninfo, $sql) = @_;
	my ($out, $err) = ('', '');
	# no pipe: where the login is refused, nobody reads it
	my $file = File::Temp->new;
	print $file Encode::is_utf8($sql) ? Encode::encode('UTF-8', $sql) : $sql;
	close $file;
	IPC::Run::run([ qw(psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -f -), $conninfo ],
		'<', "$file", '>', \$out, '2>', \$err, IPC::Run::timeout(120));
	my $status = $? >> 8;
	chomp $out;
	return ($status, $out, $err);
}

# SQL that must succeed, as the superuser: its output, columns parted by |
sub sql { return sql_as(undef, @_); }

# ... and as somebody else
sub sql_as
{
	my ($who, $sql) = @_;
	my ($status, $out, $err) = psql(conninfo($who), $sql);
	die "psql failed:\n$err\nfor: $sql\n" if $status != 0;
	return $out;
}

# One assertion: this is refused with that SQLSTATE, or, for a refused login,
# which shows none, with a message like that pattern.  Returns the message.
sub refused
{
	my ($who, $sql, $why, $name) = @_;
	my $like = ref $why ? $why : qr/^(?:psql:[^\n]*)?(?:ERROR|FATAL):  \Q$why\E:/m;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $err) = psql(conninfo($who), $sql);
	Test::More::ok($status != 0 && $err =~ $like, $name)
	  or Test::More::diag("got status $status, output \"$out\", error \"$err\"");
	return $err;
}

# A new conversation: a hash of conversation, role, password, token, expires_at
sub open_conversation
{
	my ($profile, $context, $expires) = @_;
	my @columns = qw(conversation role password token expires_at);
	my $quoted = join ', ', map { my $v = $_; $v =~ s/'/''/g; "'$v'" } $profile, $context // '{}', $expires // '1 hour';
	my $list = join ', ', @columns;
	my %conversation;
	@conversation{@columns} = split /\|/, sql("SELECT $list FROM agentsandbox.open_conversation($quoted)");
	return \%conversation;
}

# What a conversation has read, sorted and parted by commas
sub labels_of
{
	my ($c) = @_;
	return sql("SELECT coalesce(string_agg(label, ',' ORDER BY label), '') FROM agentsandbox.conversation_labels WHERE conversation = '$c->{conversation}'");
}

# Asks again until the answer is the wanted one or the time is over.
sub poll_until
{
	my ($sql, $want, $timeout) = @_;
	my $deadline = Time::HiRes::time() + ($timeout // 30);
	my $got;
	while (1)
	{
		$got = sql($sql);
		return (1, $got) if $got eq $want;
		return (0, $got) if Time::HiRes::time() > $deadline;
		Time::HiRes::usleep(20_000);
	}
}

# ... as one assertion
sub poll_is
{
	my ($sql, $want, $name, $timeout) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($ok, $got) = poll_until($sql, $want, $timeout);
	return Test::More::is($got, $want, $name);
}

# The server's log so far
sub server_log
{
	open my $in, '<', $ENV{AGENTSANDBOX_SERVER_LOG} or die "$ENV{AGENTSANDBOX_SERVER_LOG}: $!";
	local $/;
	return scalar <$in>;
}

# 0 while there is none
sub postmaster_pid
{
	open my $in, '<', "$ENV{PGDATA}/postmaster.pid" or return 0;
	return int(<$in> // 0);
}

# After a process of the server was killed: until it answers twice, since a
# crash is noticed a moment after the kill.
sub wait_for_server
{
	my $deadline = time + 60;
	my $answers = 0;
	while ($answers < 2)
	{
		$answers = system("psql -XqAt -c 'SELECT 1' >/dev/null 2>&1") == 0 ? $answers + 1 : 0;
		Time::HiRes::usleep(100_000);
		next if $answers;
		die 'the server does not come back' if time > $deadline;
		# a killed postmaster: its children must have gone before it starts again
		system("$ENV{AGENTSANDBOX_PG_CTL} start -s -w -t 20 >/dev/null 2>&1")
		  if !postmaster_pid() || !kill 0, postmaster_pid();
	}
	return;
}

# Makes and starts a standby of the server, to which PGPORT leads from here on.
# Returns a function that has pg_ctl do something with it, and the port of the
# primary server.
sub start_standby
{
	my $config = $ENV{PG_CONFIG} // 'pg_config';
	chomp(my $bin = qx($config --bindir));
	my $standby = File::Basename::dirname($ENV{PGDATA}) . '/standby';
	my $primary = $ENV{PGPORT};
	my $port = $primary + 1;
	# the server's files are those of the user it runs as
	my $as = $> == 0 ? 'runuser -u postgres --' : '';
	Test::More::is(system("$as $bin/pg_basebackup -h $ENV{PGHOST} -p $primary -U postgres -D $standby -R -c fast"), 0, 'a standby is made');
	Test::More::is(system("$as $bin/pg_ctl -D $standby -o '-p $port' -w -t 30 -s -l $standby/log start"), 0, '... and started');
	$ENV{PGPORT} = $port;
	return (sub { return system("$as $bin/pg_ctl -D $standby -w -s $_[0]") }, $primary);
}

# The Chinook sample database in a schema of this one.  Skips all tests where it
# is not beside the repository.
sub load_chinook
{
	my ($schema) = @_;
	my $file = File::Basename::dirname(__FILE__) . '/../../../shared/chinook/Chinook_PostgreSql.sql';
	open my $in, '<:raw', $file or Test::More::plan(skip_all => 'the Chinook database is not beside the repository');
	# the script makes and enters a database of its own
	sql(join '', "CREATE SCHEMA IF NOT EXISTS $schema; SET search_path = $schema;\n", grep { !/^(?:DROP|CREATE) DATABASE|^\\c / } <$in>);
	return;
}

1;
