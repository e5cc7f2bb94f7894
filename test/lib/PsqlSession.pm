# A psql that stays connected, for tests that need many statements of one
# session or sessions that somebody kills.
#
#     my $session = PsqlSession->new(conninfo($conversation));
#     my $text = $session->run('SELECT 1');      # undef: the connection is gone, or an error
#     $session->error; $session->alive; $session->close;

package PsqlSession;

use strict;
use warnings;
use IPC::Open3 ();
use Symbol ();

sub new
{
	my ($class, $conninfo) = @_;
	my ($in, $out) = (Symbol::gensym(), Symbol::gensym());
	local $SIG{PIPE} = 'IGNORE';

	# errors come between the lines of the results
	my $pid = IPC::Open3::open3($in, $out, undef, qw(psql -XqAt -v VERBOSITY=verbose), $conninfo);
	$in->autoflush(1);
	my $self = bless { pid => $pid, in => $in, out => $out, error => '' }, $class;
	$self->run('SELECT 1');
	return $self;
}

# The output of a statement, or undef after an error.
sub run
{
	my ($self, $sql) = @_;
	my ($in, $out) = @$self{qw(in out)};
	my (@lines, $error);
	local $SIG{PIPE} = 'IGNORE';

	return undef unless $in && print $in "$sql;\n\\echo :ERROR :SQLSTATE end-of-statement\n";
	while (my $line = <$out>)
	{
		chomp $line;
		if ($line =~ /^(\w*) (\w*) end-of-statement$/)
		{
			my ($failed, $state) = ($1 eq 'true', $2);
			$self->{error} = $failed ? $state : '';
			$self->{text} = join "\n", @lines;
			# psql does not count the end of the connection as an error
			last if grep { /^(?:FATAL|WARNING): .*terminating / } @lines;
			return $failed ? undef : $self->{text};
		}
		push @lines, $line;
	}
	$self->{error} = 'gone';
	$self->{text} = join "\n", @lines;
	$self->close;
	return undef;
}

sub error { return $_[0]{error}; }      # SQLSTATE of the last statement, or 'gone', or ''
sub text { return $_[0]{text}; }        # all it printed
sub alive { return defined $_[0]{pid}; }

sub close
{
	my ($self) = @_;
	my $pid = delete $self->{pid} or return;

	CORE::close($self->{in}) if $self->{in};
	CORE::close($self->{out}) if $self->{out};
	delete @$self{qw(in out)};
	waitpid $pid, 0;
	return;
}

sub DESTROY { local ($?, $!); $_[0]->close; return; }

1;
